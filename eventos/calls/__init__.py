"""The convocatoria: the entities a cycle convenes, the call they get, and the receipt they give."""
