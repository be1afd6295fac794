"""Transfers: a case is offered by the body that has it, and accepted or refused by another one."""
