"""Words of pydantic 1 are named with their lines; nothing is ever changed."""

from __future__ import annotations

import textwrap

import pytest

from trueup.migrations.pydantic_idioms import MIGRATION
from trueup.model import File
from trueup.repo import Repo, repo_from_tree

OLD = '''
from pydantic import BaseModel, BaseSettings, Field, root_validator, validator


class Settings(BaseSettings):
    url: str = Field('x', env='URL')

    class Config:
        env_file = '.env'


class House(BaseModel):
    rooms: int

    @validator('rooms')
    def positive(cls, value):
        return value

    @validator('rooms', pre=True)
    def number(cls, value):
        return value

    @root_validator
    def whole(cls, values):
        return values


class Villa(House):
    class Config:
        orm_mode = True


def dump(house):
    return house.dict(), House.parse_obj({})
'''
NEW = '''
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file='.env')
    url: str = Field('x', pattern='.')


class House(BaseModel):
    model_config = ConfigDict(frozen=True)

    @field_validator('rooms')
    def positive(cls, value):
        return value


class Plain:
    class Config:
        x = 1


def validator(value):
    return dict(value), {}.dict(1), House().model_dump()


@validator
def f(): ...
'''


def repo_of(**files: str) -> Repo:
    """A service with these modules."""
    return repo_from_tree({f'{name}.py': File(textwrap.dedent(text).lstrip().encode()) for name, text in files.items()})


def test_each_idiom_of_a_file_is_named_once_with_its_lines() -> None:
    """A person finds all places; a program changes none."""
    repo = repo_of(models=OLD)
    assert [(place.evidence.line, place.reason) for place in MIGRATION.blocked(repo)] == [
        (4, 'pydantic 1: BaseSettings comes from pydantic_settings now'),
        (5, 'pydantic 1: Field(env=...): validation_alias, or the prefix of the settings takes its place'),
        (7, 'pydantic 1: class Config: model_config takes its place (also lines 28)'),
        (14, 'pydantic 1: @validator: field_validator takes its place (also lines 18)'),
        (22, 'pydantic 1: @root_validator: model_validator takes its place'),
        (33, 'pydantic 1: .dict(): model_dump takes its place'),
        (33, 'pydantic 1: .parse_obj(): model_validate takes its place'),
    ]
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


@pytest.mark.parametrize('text', [NEW, 'class A:\n    class Config: ...\n', 'from pydantic import (\nvalidator'])
def test_words_of_pydantic_2_and_of_others_are_none(text: str) -> None:
    """Nor is a file that does not parse."""
    assert MIGRATION.blocked(repo_of(models=text)) == ()


def test_a_model_of_another_module_is_a_model() -> None:
    """Bases are followed through the service's own imports."""
    base = 'from pydantic import BaseModel\nclass Base(BaseModel): ...\n'
    use = 'from base import Base\nclass A(Base):\n    class Config: ...\n'
    assert [str(place.evidence) for place in MIGRATION.blocked(repo_of(base=base, use=use))] == ['use.py:3']
