"""Who a sender is: a handler asks with a reason, a custodian decides, and the contact then opens for a day."""
