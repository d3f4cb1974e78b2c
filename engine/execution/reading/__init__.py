"""Turns BPMN XML into a process specification, refusing what cannot run right. Never runs anything."""
