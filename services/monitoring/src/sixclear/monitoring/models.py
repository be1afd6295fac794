"""Every table of this service, of all its folders."""

from sixclear.monitoring.streams.models import StreamReport
from sixclear.monitoring.tables import Base
from sixclear.monitoring.traces.models import Span, Trace
from sixclear.monitoring.view import models as view

__all__ = ["Base", "Span", "StreamReport", "Trace", "view"]
