"""Learning rules: how weights change where no optimizer follows the gradient of a loss; floor 2."""

from nnspec.catalog.base import CatalogObject


class LearningRule(CatalogObject, family="rules"):
    """Changes the weights in the place of optimizer and loss."""
