"""Script tasks: FEEL that gives variables values. No other language is ever run."""

from __future__ import annotations

from engine.execution.errors import ValueNotUsable
from engine.execution.nodes.activity import Activity
from engine.execution.token import Token
from engine.feel import Expression, to_text


class ScriptTask(Activity):
    """Assigns the script's value to its result variable, or each entry of the context it gives."""

    script: Expression
    result_variable: str | None = None

    def _run_hook(self, my_task: Token) -> bool:
        instance = my_task.workflow
        value = instance.evaluate(self.script, my_task)
        if self.result_variable is not None:
            instance.write(my_task, {self.result_variable: value})
        elif isinstance(value, dict):
            instance.write(my_task, value)
        else:
            shown = "null" if value is None else to_text(value)
            raise ValueNotUsable(
                self.element.id,
                "The script",
                f"it gave {shown}; without a result variable it must give a context such as "
                '{level: "high"}',
            )
        return True
