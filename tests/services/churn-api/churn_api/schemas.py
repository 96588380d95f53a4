from enum import Enum
from pydantic import BaseModel, Field


class Plan(str, Enum):
    monthly = 'monthly'
    yearly = 'yearly'


class Customer(BaseModel):
    tenure_months: int = Field(ge=0, le=600)
    monthly_charge: float = Field(ge=0)
    support_calls: int = Field(default=0, ge=0)
    plan: Plan = Plan.monthly


class Score(BaseModel):
    probability: float
    will_churn: bool
