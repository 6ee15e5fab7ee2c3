"""The contract between a scoring script and whatever runs it; knows no web framework."""

from facewright.scoring.data_types import DataTypes, SampleDefinition
from facewright.scoring.inputs import parse_inputs
from facewright.scoring.schema import Schema, check_arguments, generate_schema, load_schema
from facewright.scoring.script import Script, load_script
from facewright.scoring.swagger import swagger_document

__all__ = [
    "DataTypes",
    "SampleDefinition",
    "Schema",
    "Script",
    "check_arguments",
    "generate_schema",
    "load_schema",
    "load_script",
    "parse_inputs",
    "swagger_document",
]
