"""The catalogue of BPMN: what runs, what is refused, and the test that shows it. Writes docs/reference/bpmn.md.

`python -m tests.unit.execution.bpmn_catalogue > docs/reference/bpmn.md` writes the page from the
tables that the reader itself goes by.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from engine.execution.reading.elements import REFUSED, STANDINGS, Standing
from engine.execution.reading.standard import (
    ALWAYS_INTERRUPT,
    DEFINITIONS,
    EVENTS_RUN,
    Position,
    advice,
)
from engine.execution.reading.vocabulary import (
    ENGINES,
    HONOURED_ATTRIBUTES,
    HONOURED_ELEMENTS,
    NO_EFFECT,
    REFUSED_ATTRIBUTES,
    REFUSED_ELEMENTS,
)

_SEQUENCE = "sequence::test_an_instance_waits_at_its_first_user_task_and_ends_after_its_last"
_EVENT_SUB = "event_subprocesses::test_"
_OTHER = "conditions_links_and_multiple_events::test_"
_UNDO = "compensation_and_transactions::test_"
_LOOPS = "loops_and_complex_gateways::test_"
_THROWN = "errors_and_escalations::test_"
_MESSAGES = "messages_and_signals::test_"
_CALLS = "multi_instance_and_calls::test_"
_REFUSED = "bpmn_catalogue::test_"

EVENT_TESTS: dict[tuple[Position, str], str] = {
    (Position.PROCESS_START, "none"): _SEQUENCE,
    (Position.PROCESS_START, "message"): _MESSAGES
    + "a_message_start_begins_where_the_message_says",
    (
        Position.PROCESS_START,
        "timer",
    ): "timers::test_a_timer_start_event_says_when_its_instances_begin",
    (Position.PROCESS_START, "signal"): _OTHER
    + "a_start_event_with_several_definitions_begins_by_each",
    (Position.PROCESS_START, "multiple"): _OTHER
    + "a_start_event_with_several_definitions_begins_by_each",
    (Position.SUB_PROCESS_START, "none"): _THROWN
    + "a_boundary_timer_on_a_sub_process_takes_all_of_it_away",
    (Position.EVENT_START, "message"): _EVENT_SUB
    + "an_interrupting_message_takes_the_place_of_the_rest",
    (Position.EVENT_START, "timer"): _EVENT_SUB
    + "a_timer_that_interrupts_counts_from_the_beginning_of_the_scope",
    (Position.EVENT_START, "signal"): _EVENT_SUB + "a_signal_thrown_inside_reaches_the_handler",
    (Position.EVENT_START, "conditional"): _EVENT_SUB
    + "a_condition_begins_it_when_a_variable_makes_it_true",
    (Position.EVENT_START, "error"): _EVENT_SUB
    + "an_error_is_caught_by_the_scope_it_is_thrown_in",
    (Position.EVENT_START, "escalation"): _EVENT_SUB
    + "an_escalation_beside_the_rest_lets_it_go_on",
    (Position.EVENT_START, "compensate"): _UNDO
    + "a_compensation_event_sub_process_decides_how_its_sub_process_is_undone",
    (Position.EVENT_START, "multiple"): _EVENT_SUB + "several_definitions_each_begin_it",
    (Position.CATCH, "message"): _MESSAGES + "a_message_wakes_the_token_and_brings_its_variables",
    (
        Position.CATCH,
        "timer",
    ): "timers::test_a_timer_in_the_flow_fires_at_its_instant_and_not_before",
    (Position.CATCH, "signal"): _MESSAGES
    + "a_signal_wakes_every_token_of_the_instance_and_leaves_it",
    (Position.CATCH, "conditional"): _OTHER
    + "a_condition_waits_for_the_variable_that_makes_it_true",
    (Position.CATCH, "link"): _OTHER + "a_link_goes_on_at_the_catch_event_of_its_name",
    (Position.CATCH, "multiple"): _OTHER
    + "a_catch_event_with_several_definitions_waits_for_the_first",
    (Position.CATCH, "parallel multiple"): _OTHER + "a_parallel_multiple_event_waits_for_all",
    (Position.THROW, "none"): _REFUSED + "an_event_that_runs_is_read_and_runs",
    (Position.THROW, "message"): _MESSAGES + "a_thrown_message_leaves_with_its_key_and_payload",
    (Position.THROW, "signal"): _MESSAGES
    + "a_signal_wakes_every_token_of_the_instance_and_leaves_it",
    (Position.THROW, "escalation"): _THROWN
    + "an_escalation_runs_beside_what_threw_it_or_interrupts_it",
    (Position.THROW, "compensate"): _UNDO
    + "what_was_completed_last_is_undone_first_and_what_was_not_is_not",
    (Position.THROW, "link"): _OTHER + "a_link_goes_on_at_the_catch_event_of_its_name",
    (Position.THROW, "multiple"): _OTHER + "an_event_throws_all_its_definitions",
    (Position.BOUNDARY, "message"): _MESSAGES
    + "a_non_interrupting_message_boundary_fires_every_time",
    (Position.BOUNDARY, "timer"): "timers::test_an_interrupting_timer_takes_its_task_away",
    (Position.BOUNDARY, "signal"): _REFUSED + "an_event_that_runs_is_read_and_runs",
    (Position.BOUNDARY, "conditional"): _OTHER
    + "a_condition_on_a_boundary_interrupts_the_activity",
    (Position.BOUNDARY, "error"): _THROWN
    + "an_error_end_is_caught_on_its_sub_process_and_its_siblings_go_on",
    (Position.BOUNDARY, "escalation"): _THROWN
    + "an_escalation_runs_beside_what_threw_it_or_interrupts_it",
    (Position.BOUNDARY, "compensate"): _UNDO
    + "what_was_completed_last_is_undone_first_and_what_was_not_is_not",
    (Position.BOUNDARY, "cancel"): _UNDO
    + "a_cancelled_transaction_stops_undoes_and_leaves_by_its_boundary",
    (Position.BOUNDARY, "multiple"): _OTHER
    + "a_boundary_event_with_several_definitions_catches_each",
    (Position.END, "none"): _SEQUENCE,
    (Position.END, "message"): _OTHER + "an_event_throws_all_its_definitions",
    (Position.END, "signal"): _EVENT_SUB + "a_signal_thrown_inside_reaches_the_handler",
    (Position.END, "error"): _THROWN
    + "an_error_end_is_caught_on_its_sub_process_and_its_siblings_go_on",
    (Position.END, "escalation"): _LOOPS
    + "escalation_end_events_reach_an_event_beside_the_sub_process",
    (Position.END, "compensate"): _UNDO + "one_activity_can_be_undone_alone_and_only_once",
    (Position.END, "cancel"): _UNDO
    + "a_cancelled_transaction_stops_undoes_and_leaves_by_its_boundary",
    (Position.END, "terminate"): _THROWN + "terminate_ends_its_own_scope_only",
    (Position.END, "multiple"): _OTHER + "an_event_throws_all_its_definitions",
}
"""The test that shows how each event behaves."""

BESIDE_TESTS: dict[tuple[Position, str], str] = {
    (Position.EVENT_START, "message"): _EVENT_SUB
    + "a_message_beside_the_rest_can_come_again_and_again",
    (Position.EVENT_START, "timer"): _EVENT_SUB + "a_timer_that_comes_again_stops_with_its_scope",
    (Position.BOUNDARY, "timer"): "timers::test_"
    "a_cycle_reminds_again_and_again_and_its_reminders_outlive_the_task",
    (Position.BOUNDARY, "conditional"): _OTHER
    + "beside_the_activity_it_happens_each_time_it_becomes_true_anew",
}
"""The test that shows how an event behaves that does not interrupt, where another shows that."""

ELEMENT_TESTS: dict[str, str] = {
    "process": _SEQUENCE,
    "subProcess": _THROWN + "a_boundary_timer_on_a_sub_process_takes_all_of_it_away",
    "adHocSubProcess": "ad_hoc::test_what_is_offered_can_be_done_in_any_order_and_again",
    "transaction": _UNDO + "a_transaction_that_is_not_cancelled_goes_on",
    "callActivity": _CALLS
    + "a_called_process_sees_only_what_is_mapped_in_and_gives_what_is_mapped_out",
    "task": _REFUSED + "tasks_that_are_drawn_for_people_pass_at_once",
    "manualTask": _REFUSED + "tasks_that_are_drawn_for_people_pass_at_once",
    "userTask": _SEQUENCE,
    "serviceTask": _CALLS + "a_service_task_takes_its_parameters_and_gives_its_result",
    "sendTask": _REFUSED + "a_send_task_sends_its_message",
    "receiveTask": _MESSAGES + "a_receive_task_waits_and_its_boundary_timer_can_interrupt_it",
    "scriptTask": _CALLS + "a_script_assigns_the_entries_of_its_context_or_its_result_variable",
    "businessRuleTask": "history::test_a_decision_is_recorded_with_inputs_outputs_rules_and_clauses",
    "exclusiveGateway": "gateways_and_joins::test_"
    "an_exclusive_gateway_takes_the_first_true_flow_or_its_default",
    "parallelGateway": "gateways_and_joins::test_"
    "a_parallel_join_in_a_loop_waits_for_both_branches_in_every_round",
    "inclusiveGateway": "gateways_and_joins::test_an_inclusive_join_in_a_loop_fires_once_a_round",
    "eventBasedGateway": _MESSAGES + "the_first_event_after_an_event_gateway_takes_the_token",
    "complexGateway": _LOOPS + "a_complex_gateway_goes_on_when_enough_have_come",
    "sequenceFlow": "gateways_and_joins::test_conditions_on_the_flows_out_of_a_task_are_honoured",
    "standardLoopCharacteristics": _LOOPS + "a_loop_goes_on_while_its_condition_holds",
    "multiInstanceLoopCharacteristics": _CALLS
    + "parallel_iterations_wait_together_and_collect_their_answers",
}
"""The test that shows how each element behaves, but for events: those have a table of their own."""


@dataclass(frozen=True)
class EventRow:
    """One event at one position, interrupting or not where that can be drawn."""

    position: Position
    definition: str
    interrupting: bool = True

    @property
    def runs(self) -> bool:
        if not self.interrupting and self.definition in ALWAYS_INTERRUPT:
            return False
        return self.definition in EVENTS_RUN[self.position]

    @property
    def test(self) -> str:
        """The test of this row, as file and function."""
        if self.runs:
            place = (self.position, self.definition)
            beside = None if self.interrupting else BESIDE_TESTS.get(place)
            return beside or EVENT_TESTS[place]
        return _REFUSED + "an_event_that_does_not_run_is_refused_by_name"

    def __str__(self) -> str:
        beside = "" if self.interrupting else ", not interrupting"
        return f"{self.definition} {self.position}{beside}"


def event_rows() -> list[EventRow]:
    """Return every event that could be drawn."""
    rows = []
    for position in Position:
        for definition in DEFINITIONS:
            rows.append(EventRow(position, definition))
            if position in (Position.EVENT_START, Position.BOUNDARY):
                rows.append(EventRow(position, definition, interrupting=False))
    return rows


def element_test(name: str) -> str:
    """Return the test that shows what becomes of an element."""
    if STANDINGS[name] is Standing.REFUSED:
        return _REFUSED + "an_element_that_is_refused_is_named"
    return ELEMENT_TESTS[name]


def page() -> str:
    """Return the catalogue as a page."""
    lines = [
        "# BPMN: what runs and what is refused",
        "",
        "Generated from the tables that the reader itself goes by: "
        "`python -m tests.unit.execution.bpmn_catalogue > docs/reference/bpmn.md`.",
        "Whatever is not listed as running, or as drawing only, refuses the deployment with the "
        "element, the line and what to draw instead. Nothing is ignored in silence.",
        "",
        "## Events",
        "",
        "| position | what it waits for or throws | | test, or what to draw instead |",
        "|---|---|---|---|",
    ]
    for row in event_rows():
        beside = "" if row.interrupting else " (not interrupting)"
        standing = "runs" if row.runs else "refused"
        told = _link(row.test)
        if not row.runs:
            said = (
                advice(row.position, row.definition)
                if row.definition not in EVENTS_RUN[row.position]
                else "It always interrupts."
            )
            told = f"{said} {told}"
        lines.append(f"| {row.position}{beside} | {row.definition} | {standing} | {told} |")
    lines += [
        "",
        "An event of several definitions (`multiple`) can throw messages, signals and escalations "
        "together, and wait for anything but links, compensation and cancel. An event sub-process "
        "that begins at several definitions catches one error or escalation among them.",
        "",
        "## Elements",
        "",
        "| element | | test, or what to draw instead |",
        "|---|---|---|",
    ]
    for standing in (Standing.RUNS, Standing.REFUSED):
        for name in sorted(name for name, found in STANDINGS.items() if found is standing):
            if name.endswith(("Event", "EventDefinition")) and standing is Standing.RUNS:
                lines.append(f"| `{name}` | runs | see the events |")
            else:
                said = f"{REFUSED[name]} " if name in REFUSED else ""
                lines.append(f"| `{name}` | {standing} | {said}{_link(element_test(name))} |")
    for standing, heading in (
        (Standing.PART, "Read as part of another element"),
        (Standing.DRAWN, "Drawing only: never changes execution"),
        (Standing.ABSTRACT, "Abstract in the schema: never written itself"),
    ):
        names = sorted(name for name, found in STANDINGS.items() if found is standing)
        lines += ["", f"## {heading}", "", ", ".join(f"`{name}`" for name in names) + "."]
    lines += _additions()
    return "\n".join(lines) + "\n"


def _additions() -> list[str]:
    """Return the page's part on what modellers add to BPMN."""
    told = _link("nothing_is_silent::test_what_would_be_passed_over_is_refused")
    lines = [
        "",
        "## Properties of Camunda 7 and Operaton",
        "",
        "An attribute or extension element that is not listed for its element refuses the "
        f"deployment: {told}.",
        "",
        "| on | attributes that are read |",
        "|---|---|",
    ]
    for name, attributes in sorted(HONOURED_ATTRIBUTES.items()):
        unread = {*NO_EFFECT, *(("taskPriority",) if name == "process" else ())}
        named = ", ".join(f"`{a}`" for a in sorted(attributes - unread))
        if named:
            lines.append(f"| `{name}` | {named} |")
    lines += ["", "| extension element | on |", "|---|---|", "| `properties` | every element |"]
    for name, elements in sorted(HONOURED_ELEMENTS.items()):
        lines.append(f"| `{name}` | {', '.join(f'`{e}`' for e in sorted(elements))} |")
    lines += ["", "| refused | why, or what to draw instead |", "|---|---|"]
    for name, reason in sorted({**REFUSED_ATTRIBUTES, **REFUSED_ELEMENTS}.items()):
        lines.append(f"| `{name}` | {reason} |")
    lines += ["", "| no effect, with a warning | why |", "|---|---|"]
    for name, reason in sorted(NO_EFFECT.items()):
        lines.append(f"| `{name}` | {reason} |")
    engines = sorted({*ENGINES.values(), "Camunda 8"})
    lines += [
        "",
        f"What was written for {', '.join(engines)} is refused: it says how a process runs there. "
        "Namespaces known to say only how something is drawn are passed over; every other is "
        "named in a warning.",
    ]
    return lines


def _link(test: str) -> str:
    file, name = test.split("::")
    spoken = name.removeprefix("test_").replace("_", " ")
    return f"[{spoken}](../../tests/unit/execution/test_{file}.py)"


if __name__ == "__main__":
    sys.stdout.write(page())
