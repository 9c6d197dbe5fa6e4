"""The screens and their addresses."""

from __future__ import annotations

PREFIX = "/multitv"
# The name in the navigation and the path of each screen's first page, which is also its route in Airflow's UI.
SCREENS = (
    ("Painel", "painel"),
    ("Clientes", "clientes"),
    ("Faturamento TV", "faturamento"),
    ("Planos e Serviços", "planos"),
    ("Pacotes e canais", "pacotes"),
)
