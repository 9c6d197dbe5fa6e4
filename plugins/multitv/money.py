"""Amounts of money as people read them. Knows no database."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale
from babel.numbers import parse_pattern

_BRAZIL = Locale("pt", "BR")
# Not Babel's own pattern of a currency, which has a no-break space and a minus sign in front. Parsed once, because a
# page shows a hundred amounts.
_REAIS = parse_pattern("'R$' #,##0.00;'R$' -#,##0.00")


def reais(amount: Decimal) -> str:
    """Return an amount in reais as Brazilians write it, such as "R$ 1.234,56" or "R$ -1.234,56".

    Fractions of a cent are rounded half to even.
    """
    return str(_REAIS.apply(amount, _BRAZIL))
