"""The other services, as the portal calls them: a module per service, with its calls and the models of its answers.

`gateway.py` is what pages hold; `transport.py` sends, waits and counts; `cache.py` keeps what all visitors share.
"""
