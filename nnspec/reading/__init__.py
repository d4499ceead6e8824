"""Floor 4: nodes of a document to typed objects, or to findings."""
