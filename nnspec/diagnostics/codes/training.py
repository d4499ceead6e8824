"""Codes T…: settings of the training that cannot work."""

from nnspec.diagnostics.codes.code import Code, Severity

TRAINING: tuple[Code, ...] = (
    Code(
        "T101",
        "metric watched is not computed",
        "A callback that watches a metric nobody computes never acts.",
        "Watch one of the metrics computed.",
    ),
    Code(
        "T102",
        "nothing to train",
        "`train` needs the sections `data` and `training`.",
        "Add them.",
    ),
    Code(
        "T103",
        "two schedules",
        "Two settings both decide the learning rate.",
        "Keep one.",
    ),
    Code(
        "T104",
        "no validation split",
        "The callback watches the validation rows, and there are none.",
        "Give `split.validation` a share, or watch the training figure.",
    ),
    Code(
        "T105",
        "patience longer than the training",
        "An early stop that waits for as many epochs as there are never comes.",
        "Lower the patience, or train longer.",
        Severity.WARNING,
    ),
    Code(
        "T106",
        "schedule longer than the training",
        "The learning rate would hardly fall before the training ends.",
        "Shorten the schedule to the training.",
        Severity.WARNING,
    ),
    Code(
        "T107",
        "learning rate out of any sense",
        "Rates this large diverge, rates this small change nothing.",
        "Begin with 0.001, or 0.01 for SGD.",
        Severity.WARNING,
    ),
    Code(
        "T108",
        "no test rows",
        "Figures on rows that the training was steered by are better than those on new ones.",
        "Give `split.test` a share.",
        Severity.WARNING,
    ),
    Code(
        "T109",
        "gate that judges nothing",
        "A gate bounds a figure of the report, on the test rows.",
        "Name a figure of the report, and keep test rows.",
    ),
    Code(
        "T110",
        "deterministic excludes XLA",
        "Operations that give the same bits everywhere turn Keras' XLA off.",
        "Choose one of the two.",
    ),
    Code(
        "T111",
        "batch larger than the training rows",
        "Every epoch is then one step, on all rows.",
        "Lower the batch size.",
        Severity.NOTE,
    ),
    Code(
        "T112",
        "BatchNormalization of one row",
        "The variance of a single row is 0: what comes in is lost.",
        "Use larger batches, or LayerNormalization.",
        Severity.WARNING,
    ),
    Code(
        "T113",
        "nothing to train",
        "No layer has weights that the training may change.",
        "Train at least one layer.",
        Severity.WARNING,
    ),
    Code(
        "T114",
        "early stop keeps the last weights",
        "The training stops `patience` epochs after the best one and keeps the weights of "
        "the last.",
        "Add `restore_best_weights: true`.",
        Severity.NOTE,
    ),
    Code(
        "T115",
        "stopped before the rate is lowered",
        "EarlyStopping loses patience before ReduceLROnPlateau does, which thus never acts.",
        "Give ReduceLROnPlateau the shorter patience.",
        Severity.WARNING,
    ),
    Code(
        "T116",
        "lowest rate not below the first",
        "ReduceLROnPlateau has nothing to lower.",
        "Write a `min_lr` well below the learning rate.",
        Severity.WARNING,
    ),
    Code(
        "T117",
        "average that is not kept",
        "SwapEMAWeights puts in the moving average of the weights, which the optimizer "
        "keeps only on demand.",
        "Add `use_ema: true` to the optimizer.",
    ),
    Code(
        "T118",
        "wrong direction",
        "The callback would keep the worst epoch for the best one.",
        "Write the other mode, or `auto`.",
        Severity.WARNING,
    ),
    Code(
        "T119",
        "callback twice",
        "Two callbacks of one kind act on the same figure.",
        "Remove one.",
        Severity.WARNING,
    ),
    Code(
        "T120",
        "half a warm-up",
        "A warm-up needs its length and the rate that it rises to.",
        "Give both `warmup_steps` and `warmup_target`.",
        Severity.WARNING,
    ),
    Code(
        "T121",
        "learning rate that grows",
        "A schedule is there to lower the learning rate.",
        "Write values that make it fall.",
        Severity.WARNING,
    ),
    Code(
        "T122",
        "setting without effect",
        "The setting works only together with another one.",
        "Add the other one, or remove it.",
        Severity.WARNING,
    ),
    Code(
        "T123",
        "memory without end",
        "A share of 1 keeps all of the past and lets nothing new in.",
        "Write a share below 1.",
        Severity.WARNING,
    ),
    Code(
        "T124",
        "patience longer than the training, without harm",
        "The learning rate is never lowered, or the best weights are only put back at the end.",
        "Lower the patience, or train longer.",
        Severity.NOTE,
    ),
    Code(
        "T125",
        "targets softened away",
        "Smoothing by half or more leaves little to tell classes apart.",
        "Write 0.1 or less.",
        Severity.WARNING,
    ),
    Code(
        "T126",
        "states carried over shuffled batches",
        "A stateful layer continues the batch before, and shuffling puts another one there.",
        "Add `shuffle: false`.",
        Severity.WARNING,
    ),
    Code(
        "T127",
        "head in half precision",
        "Probabilities and losses in float16 overflow and round away.",
        "Add `dtype: float32` to the last layer.",
        Severity.NOTE,
    ),
    Code(
        "T128",
        "batch of another size than the network's",
        "A network that is built for batches of one size takes no others.",
        "Write the same number in both places.",
    ),
    Code(
        "T130",
        "training larger than memory",
        "A step of the training takes more memory than this machine has; it would fail, or crawl. "
        "Another machine may have more.",
        "Lower the batch size or the layers, as the message shows.",
        Severity.WARNING,
    ),
    Code(
        "T131",
        "no gradient",
        "Training follows the gradient of the loss; a function that is flat everywhere has none, "
        "and no weight behind it ever changes.",
        "Use sigmoid, which is a smooth step; one threshold unit alone learns by "
        "`rule: perceptron`.",
    ),
    Code(
        "T132",
        "type of numbers that a layer does not compute in",
        "Weights learn by small steps, which whole numbers and texts cannot take; and TensorFlow "
        "has some operations in some types of numbers only.",
        "Write `dtype: float32` at the layer, or another policy for the run.",
    ),
    Code(
        "T133",
        "setting that the gradients of a table do not take",
        "The gradient of an Embedding holds the rows that were read and no others; Keras 3.15 "
        "does not divide such a gradient by a number.",
        "Remove `loss_scale_factor`.",
    ),
    Code(
        "T134",
        "training without a step",
        "Gradients are gathered over more steps than the training has, so that no weight is "
        "ever changed.",
        "Gather fewer, or train longer.",
    ),
    Code(
        "T135",
        "decay that outweighs the steps",
        "Each step takes away the learning rate times the weight decay of every weight; what "
        "the gradients teach is forgotten at once.",
        "Write a weight_decay from 1e-4 to 0.1.",
        Severity.WARNING,
    ),
    Code(
        "T136",
        "schedule that ends early",
        "From some step on the learning rate is 0, or so small that no weight changes, and most "
        "of the training is still to come.",
        "Let the schedule last as long as the training.",
        Severity.WARNING,
    ),
    Code(
        "T137",
        "kernel for GPUs on a CPU",
        "cuDNN is a library of NVIDIA's GPUs; and TensorFlow convolves channels that stand first "
        "on a GPU alone.",
        "Write `use_cudnn: auto`, which takes it where it is; leave `data_format` out.",
    ),
    Code(
        "T138",
        "weights in half precision",
        "Optimizers that divide by the root of a mean of squared gradients find 0 there: float16 "
        "holds no square of a small number.",
        "Write mixed_float16, which computes in half precision and keeps weights in float32.",
        Severity.WARNING,
    ),
    Code(
        "T139",
        "too small for half precision",
        "What divides by a length or a sum, or takes a logarithm, adds a small number, 1e-7 or "
        "less, against zeros. float16 does not hold it, so zeros are divided by zeros.",
        "Compute it in float32.",
        Severity.WARNING,
    ),
    Code(
        "T140",
        "network that the learning rule cannot train",
        "The perceptron rule moves the weights of one threshold unit by the rows that it answers "
        "wrongly; layers before it, other activations and several units have no such rule.",
        "Write one `Dense: {units: 1, activation: step}`, or train by an optimizer and a loss.",
    ),
    Code(
        "T141",
        "setting that the learning rule has no use for",
        "There is neither optimizer nor gradient, and a threshold gives 0 or 1, no probability.",
        "Remove the setting.",
    ),
    Code(
        "T150",
        "map and rule that do not fit each other",
        "A SelfOrganizingMap is trained by Kohonen's rule alone: no gradient reaches its units, "
        "and the rule moves no weights but theirs.",
        "End the model with the map, leave other layers with weights out, and write "
        "`training: {rule: kohonen}` without optimizer and loss.",
    ),
    Code(
        "T151",
        "setting without effect on a map",
        "The setting speaks of an optimizer, of targets or of `Model.fit`, and the rule of maps "
        "has none of them.",
        "Leave the setting out.",
    ),
    Code(
        "T152",
        "target of a map",
        "A map learns without a target. A column that says what rows are known to be is compared "
        "with its clusters when it is trained; no other network has clusters to compare.",
        "Name the column as `labels` for a map, and as `target` for a network that learns it.",
    ),
    Code(
        "T160",
        "augmentation that does not fit",
        "A row may be changed where its target stays true, or changes along with it: shares of "
        "classes need a loss that takes shares, a series that runs otherwise does not lead to the "
        "same number, and a step or pixel that moves takes its label with it.",
        "Use another augmentation, or the loss that the message names.",
    ),
    Code(
        "T161",
        "rare classes counted twice",
        "Rows of rare classes that are repeated weigh more already; weights of classes would "
        "make rare ones count more than frequent ones.",
        "Keep one of `Oversampling` and `class_weight`.",
    ),
    Code(
        "T162",
        "pictures moved away from their target",
        "A layer that moves pixels has no hand on the target: a class for each pixel is then that "
        "of another one.",
        "Write `augmentation: [RandomFlip]` under `training`, which moves masks along, or layers "
        "that change colours alone.",
    ),
    Code(
        "T163",
        "words without a mask",
        "Texts are filled up to one length. Without a mask the network would be trained and judged "
        "on steps that have no word and no class.",
        "Write `mask_zero: true` in the Embedding, and use layers that keep the mask: recurrent "
        "ones with `return_sequences: true`, `Dense`, attention. Or write `ignore_class: -1` in "
        "the loss.",
    ),
)
