"""What each BPMN element does when a token reaches it. Knows nothing of XML or of stored documents."""
