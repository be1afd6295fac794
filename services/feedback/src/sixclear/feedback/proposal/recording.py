"""What a proposal publishes: the body's words, and no way to its case."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.feedback.proposal.events import ProposalData, ProposalWithdrawn
from sixclear.feedback.proposal.models import Proposal


async def proposal_data(_ctx: Context, proposal: Proposal, change: str) -> ProposalData | ProposalWithdrawn:
    """The public state of a proposal after `change`; of a withdrawn one only the identifier is left."""
    if change == "withdrawn":
        return ProposalWithdrawn(change=change, proposal_id=proposal.proposal_id)
    own = {name: getattr(proposal, name) for name in ProposalData.model_fields if name != "change"}
    return ProposalData(change=change, **own)


PROPOSAL = EntityKind[Proposal]("proposal", lambda proposal: proposal.proposal_id, proposal_data)
