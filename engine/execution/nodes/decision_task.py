"""Business rule tasks: ask a deployed decision and keep its answer and how it came about."""

from __future__ import annotations

from engine.dmn import map_result
from engine.execution.nodes.activity import Activity
from engine.execution.process_spec import Reference
from engine.execution.token import Token
from engine.execution.visible import everything_visible
from engine.feel import encode
from engine.model.history import HistoryKind


class DecisionTask(Activity):
    """Assigns a decision's result to a variable; the inputs, rules and clauses become history."""

    reference: Reference
    result_variable: str
    mapping: str

    def _run_hook(self, my_task: Token) -> bool:
        instance = my_task.workflow
        surroundings = instance.surroundings
        variables = everything_visible(my_task, surroundings.new_evaluation())
        result = surroundings.decide(self.reference, variables, my_task.surrounding_home.spec)
        value = map_result(result, self.mapping)
        instance.record(
            HistoryKind.DECISION_MADE,
            my_task,
            data={
                "decision": self.reference.key,
                "inputs": {label: encode(entry) for label, entry in result.inputs.items()},
                "outputs": [
                    {name: encode(entry) for name, entry in row.items()} for row in result.rows
                ],
                "result": encode(value),
                "rules": [
                    {
                        "decision": hit.decision_id,
                        "id": hit.rule_id,
                        "index": hit.index,
                        "clauses": list(hit.clauses),
                    }
                    for hit in result.rules
                ],
                "warnings": [warning.message for warning in result.warnings],
            },
        )
        instance.write(my_task, {self.result_variable: value})
        return True
