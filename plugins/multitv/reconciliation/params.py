"""The trigger forms of the reconciliation and of its questions."""

from __future__ import annotations

from airflow.sdk import Param


def reconciliation_form() -> dict[str, Param]:
    """Return the DAG parameters: one client plan, a dry run, leave for many removals, for a source that shrank, and to
    read everything.
    """
    return {
        "only": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Somente o plano do cliente",
            description="Número do plano do cliente; vazio: todos",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Somente planejar",
            description="Mostrar o que seria feito na plataforma, sem fazer nada",
        ),
        "allow_removals": Param(
            False,
            type="boolean",
            title="Permitir muitas retiradas",
            description="Não perguntar por retiradas e bloqueios acima do limite",
        ),
        "allow_shrink": Param(
            False,
            type="boolean",
            title="Permitir ERP ou plataforma menor",
            description="Confirmar que o ERP e a plataforma estão completos, mesmo com muito menos, ou quase tudo novo",
        ),
        "read_all": Param(
            False,
            type="boolean",
            title="Ler todos os assinantes",
            description="Ler a plataforma inteira, e não só o que ela diz que mudou desde a última leitura",
        ),
    }


def approval_form() -> dict[str, Param]:
    """Return the DAG parameter: the change set of the question, which the hourly reconciliation fills in."""
    return {
        "change_set": Param(
            None,
            type="integer",
            minimum=1,
            title="Alterações",
            description="Número das alterações que esperam por uma resposta; a reconciliação o preenche",
        )
    }
