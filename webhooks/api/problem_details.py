"""The shape of every error answer, for the API's description."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProblemFieldSchema(Schema):
    """One field that is missing or wrong."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class ProblemDetailsSchema(Schema):
    """Why a request was refused (RFC 9457). Act on `code`: it is stable; show people `detail`."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    instance = fields.String()
    request_id = fields.String()
    fields_ = fields.List(
        fields.Nested(ProblemFieldSchema()),
        data_key="fields",
        metadata={"description": "With 422: the fields that are missing or wrong."},
    )
    problems = fields.List(
        fields.Raw(),
        metadata={"description": "With 422 of a deployment: every finding, errors first."},
    )
