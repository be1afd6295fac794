"""What the routes of this service share: public access."""

from fastapi import Depends

from sixclear.common.auth.access import Access

PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))
