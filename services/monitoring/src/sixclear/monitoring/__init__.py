"""The live status (*tình hình thực hiện*): counted from events, true at any instant, and honest about its age."""
