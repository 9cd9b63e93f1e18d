"""Models that several parties train together, each on data that it keeps."""

from __future__ import annotations

from protocols.federated.array_models import ArrayModel
from protocols.federated.buffered_nmzyrmh22 import Buffered, Version, Versions, buffered_report
from protocols.federated.correlated_kmsttx21 import Correlated
from protocols.federated.federation import Federation
from protocols.federated.flower_clients import FlowerModel, flower_client
from protocols.federated.joining import Joined, join
from protocols.federated.models import Evaluated, Fitted, GradientModel, Local, Model, Partition, ShiftedModel
from protocols.federated.noise import LocalNoise, PersonNoise, SiteNoise
from protocols.federated.noise_sizes import NoiseSize, NoiseWarning
from protocols.federated.outcomes import Held, Round, Trained
from protocols.federated.parts_of_models import adapters_of
from protocols.federated.ready_models import perceptron, softmax_regression
from protocols.federated.rehearsing import rehearse
from protocols.federated.robust_means import Krum, Median, TrimmedMean
from protocols.federated.serving import Reported, Served, Waiting, serve
from protocols.federated.simulating import simulate
from protocols.federated.simulating_buffered import TrainedBuffered, simulate_buffered
from protocols.federated.sklearn_models import sklearn_model
from protocols.federated.spending import Spending
from protocols.federated.strategies import FedAdam, FedAvg, FedNova, FedYogi, Scaffold, Stopping, Strategy, fed_prox
from protocols.federated.torch_modules import torch_model
from protocols.federated.training import train
from protocols.federated.updates import Updates

__all__ = [
    "ArrayModel",
    "Buffered",
    "Correlated",
    "Evaluated",
    "FedAdam",
    "FedAvg",
    "FedNova",
    "FedYogi",
    "Federation",
    "Fitted",
    "FlowerModel",
    "GradientModel",
    "Held",
    "Joined",
    "Krum",
    "Local",
    "LocalNoise",
    "Median",
    "Model",
    "NoiseSize",
    "NoiseWarning",
    "Partition",
    "PersonNoise",
    "Reported",
    "Round",
    "Scaffold",
    "Served",
    "ShiftedModel",
    "SiteNoise",
    "Spending",
    "Stopping",
    "Strategy",
    "Trained",
    "TrainedBuffered",
    "TrimmedMean",
    "Updates",
    "Version",
    "Versions",
    "Waiting",
    "adapters_of",
    "buffered_report",
    "fed_prox",
    "flower_client",
    "join",
    "perceptron",
    "rehearse",
    "serve",
    "simulate",
    "simulate_buffered",
    "sklearn_model",
    "softmax_regression",
    "torch_model",
    "train",
]
