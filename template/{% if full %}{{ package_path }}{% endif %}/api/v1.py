"""Version 1 of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from ..models.predictor import to_rows
from ..plumbing.state import ServiceState, service_state
from .schemas import Prediction, PredictRequest, PredictResponse

router = APIRouter(prefix='/api/v1', tags=['predictions'])


@router.post('/predict')
async def predict(request: PredictRequest, state: Annotated[ServiceState, Depends(service_state)]) -> PredictResponse:
    """Predict for each instance how likely the customer leaves."""
    model, values = await state.predict(to_rows(request.instances))
    threshold = request.threshold
    return PredictResponse(
        model=model.signature.name,
        version=model.signature.version,
        predictions=[Prediction(leaves=value >= threshold, probability=value) for value in values],
    )
