"""Floor 5: a network as a diagram, and the diagram as text, Mermaid and SVG."""
