"""A subset of Camunda 7's REST interface: a thin coat over the same use cases as the API."""
