"""What the answers of a program are called: in a SavedModel, in an ONNX file, in tables."""

PREDICTION = "prediction"
"""Key of a figure in the target's own units, or of the predicted label."""
PROBABILITIES = "probabilities"
"""Key of the classes' probabilities."""
LOWER, UPPER = "lower", "upper"
"""Keys of the ends of an interval around a figure."""
STD = "std"
"""Key of the standard deviation around a mean."""
CLUSTER, DISTANCE, MAP_ROW, MAP_COLUMN = "cluster", "distance", "map_row", "map_column"
"""Keys of the answers of a map: the nearest unit, counted row by row from 0; how far it is; its
place."""
