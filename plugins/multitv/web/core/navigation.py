"""The screens and their addresses."""

from __future__ import annotations

PREFIX = "/multitv"
# Name in the navigation, and the path of its first page, which is its route in Airflow's UI as well.
SCREENS = (
    ("Painel", "painel"),
    ("Clientes", "clientes"),
    ("Faturamento TV", "faturamento"),
    ("Planos e Serviços", "planos"),
    ("Pacotes e canais", "pacotes"),
)
