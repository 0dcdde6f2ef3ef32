"""Questions: asked before by registered people or at the session, answered by whom, pending."""
