"""Family -> module -> the names and aliases it holds; generated, not edited.

Source: tools/generate_index.py.
"""

INDEX: dict[str, dict[str, str]] = {
    "activations": {
        "nnspec.catalog.activations": (
            "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish "
            "hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid "
            "silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax "
            "squareplus step swish tanh tanh_shrink threshold"
        ),
    },
    "augmentations": {
        "nnspec.catalog.augmentations": (
            "CutMix GaussianNoise MixUp Oversampling RandomFlip Scaling TimeWarping WindowSlicing"
        ),
    },
    "callbacks": {
        "nnspec.catalog.callbacks": "EarlyStopping ReduceLROnPlateau SwapEMAWeights TerminateOnNaN",
    },
    "columns": {
        "nnspec.catalog.columns": (
            "boolean category date identifier integer numeric tags text vector"
        ),
        "nnspec.catalog.pictured": "image mask",
    },
    "constraints": {
        "nnspec.catalog.constraints": (
            "MaxNorm MinMaxNorm NonNeg UnitNorm max_norm min_max_norm non_neg unit_norm"
        ),
    },
    "initializers": {
        "nnspec.catalog.initializers": (
            "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity "
            "IdentityInitializer LecunNormal LecunUniform Ones Orthogonal "
            "OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer "
            "TruncatedNormal VarianceScaling Zeros constant glorot_normal glorot_uniform "
            "he_normal he_uniform identity lecun_normal lecun_uniform normal one ones "
            "orthogonal random_normal random_uniform stft truncated_normal uniform "
            "variance_scaling zero zeros"
        ),
    },
    "layers": {
        "nnspec.catalog.layers.activation": "Activation ELU LeakyReLU PReLU ReLU Softmax",
        "nnspec.catalog.layers.applications": (
            "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121 "
            "DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 "
            "EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 "
            "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 "
            "EfficientNetV2L EfficientNetV2M EfficientNetV2S InceptionResNetV2 InceptionV3 "
            "MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small NASNetLarge NASNetMobile "
            "ResNet101 ResNet101V2 ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 "
            "Xception"
        ),
        "nnspec.catalog.layers.attention": "AdditiveAttention Attention",
        "nnspec.catalog.layers.audio": "MelSpectrogram STFTSpectrogram",
        "nnspec.catalog.layers.augmentation": (
            "RandomElasticTransform RandomErasing RandomFlip RandomPerspective RandomRotation "
            "RandomShear RandomTranslation RandomZoom"
        ),
        "nnspec.catalog.layers.cells": "GRUCell LSTMCell SimpleRNNCell StackedRNNCells",
        "nnspec.catalog.layers.colour": (
            "AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization Equalization "
            "RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter "
            "RandomContrast RandomGaussianBlur RandomGrayscale RandomHue RandomInvert "
            "RandomPosterization RandomSaturation RandomSharpness Solarization"
        ),
        "nnspec.catalog.layers.competitive": "SelfOrganizingMap",
        "nnspec.catalog.layers.convolution": (
            "Conv1D Conv2D Conv3D Convolution1D Convolution2D Convolution3D"
        ),
        "nnspec.catalog.layers.convolution_transpose": (
            "Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1DTranspose "
            "Convolution2DTranspose Convolution3DTranspose"
        ),
        "nnspec.catalog.layers.convolutional_recurrent": "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
        "nnspec.catalog.layers.core": "Dense Identity Input InputLayer Masking",
        "nnspec.catalog.layers.depthwise": (
            "DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D "
            "SeparableConvolution1D SeparableConvolution2D"
        ),
        "nnspec.catalog.layers.einsum": "EinsumDense",
        "nnspec.catalog.layers.embedding": "Embedding ReversibleEmbedding",
        "nnspec.catalog.layers.hashing": "HashedCrossing Hashing",
        "nnspec.catalog.layers.image": "CenterCrop RandomCrop Resizing",
        "nnspec.catalog.layers.lookup": "IntegerLookup StringLookup TextVectorization",
        "nnspec.catalog.layers.merging": (
            "Add Average Concatenate Dot Maximum Minimum Multiply Subtract"
        ),
        "nnspec.catalog.layers.multi_head": (
            "GroupQueryAttention GroupedQueryAttention MultiHeadAttention"
        ),
        "nnspec.catalog.layers.normalization": (
            "BatchNormalization GroupNormalization LayerNormalization RMSNormalization "
            "UnitNormalization"
        ),
        "nnspec.catalog.layers.pooling": (
            "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
            "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AveragePooling1D "
            "AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D "
            "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D "
            "GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D "
            "GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
            "MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D"
        ),
        "nnspec.catalog.layers.preprocessing": (
            "CategoryEncoding Discretization Normalization Rescaling"
        ),
        "nnspec.catalog.layers.recurrent": "GRU LSTM RNN SimpleRNN",
        "nnspec.catalog.layers.regularization": (
            "ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise "
            "SpatialDropout1D SpatialDropout2D SpatialDropout3D"
        ),
        "nnspec.catalog.layers.reshaping": (
            "Cropping1D Cropping2D Cropping3D Flatten Permute RepeatVector Reshape "
            "UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D"
        ),
        "nnspec.catalog.layers.wrappers": (
            "Bidirectional Pipeline SpectralNormalization TimeDistributed"
        ),
    },
    "losses": {
        "nnspec.catalog.losses.classification": (
            "BCE BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy "
            "CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge "
            "Hinge KLD KLDivergence SparseCategoricalCrossentropy SquaredHinge bce "
            "binary_crossentropy binary_focal_crossentropy categorical_crossentropy "
            "categorical_focal_crossentropy categorical_generalized_cross_entropy "
            "categorical_hinge ce crossentropy ctc hinge kl_divergence kld "
            "sparse_categorical_crossentropy squared_hinge"
        ),
        "nnspec.catalog.losses.distribution": (
            "GaussianNegativeLogLikelihood Pinball gaussian_negative_log_likelihood "
            "gaussian_nll pinball"
        ),
        "nnspec.catalog.losses.regression": (
            "Huber LogCosh MAE MAPE MSE MSLE MeanAbsoluteError MeanAbsolutePercentageError "
            "MeanSquaredError MeanSquaredLogarithmicError Poisson huber log_cosh mae mape "
            "mean_absolute_error mean_absolute_percentage_error mean_squared_error "
            "mean_squared_logarithmic_error mse msle poisson"
        ),
        "nnspec.catalog.losses.segmentation": "Dice Tversky dice tversky",
        "nnspec.catalog.losses.similarity": "Circle CosineSimilarity circle cosine_similarity",
    },
    "metrics": {
        "nnspec.catalog.metrics.classification": (
            "Accuracy BCE BinaryAccuracy BinaryCrossentropy CategoricalAccuracy "
            "CategoricalCrossentropy CategoricalHinge Hinge KLDivergence "
            "SparseCategoricalAccuracy SparseCategoricalCrossentropy "
            "SparseTopKCategoricalAccuracy SquaredHinge TopKCategoricalAccuracy acc accuracy "
            "bce binary_accuracy binary_crossentropy categorical_accuracy "
            "categorical_crossentropy categorical_hinge hinge kl_divergence "
            "sparse_categorical_accuracy sparse_categorical_crossentropy "
            "sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy"
        ),
        "nnspec.catalog.metrics.confusion": (
            "AUC F1Score FBetaScore FalseNegatives FalsePositives Precision PrecisionAtRecall "
            "Recall RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity "
            "TrueNegatives TruePositives auc f1_score f_beta_score false_negatives "
            "false_positives precision precision_at_recall recall recall_at_precision "
            "sensitivity_at_specificity specificity_at_sensitivity true_negatives "
            "true_positives"
        ),
        "nnspec.catalog.metrics.regression": (
            "ConcordanceCorrelation CosineSimilarity LogCoshError MAE MAPE MSE MSLE "
            "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError "
            "MeanSquaredLogarithmicError PearsonCorrelation Poisson R2Score "
            "RootMeanSquaredError concordance_correlation cosine_similarity log_cosh "
            "log_cosh_error mae mape mean_absolute_error mean_absolute_percentage_error "
            "mean_squared_error mean_squared_logarithmic_error mse msle pearson_correlation "
            "poisson r2 r2_score rmse root_mean_squared_error"
        ),
        "nnspec.catalog.metrics.segmentation": (
            "BinaryIoU IoU MeanIoU OneHotIoU OneHotMeanIoU binary_io_u io_u mean_io_u "
            "one_hot_io_u one_hot_mean_io_u"
        ),
    },
    "optimizers": {
        "nnspec.catalog.optimizers.adam": (
            "Adam AdamW Adamax Lamb Nadam ScheduleFreeAdamW adam adamax adamw nadam "
            "schedulefreeadamw"
        ),
        "nnspec.catalog.optimizers.descent": "Ftrl Lion Muon SGD ftrl lion muon sgd",
        "nnspec.catalog.optimizers.scaled": (
            "Adadelta Adafactor Adagrad RMSprop adadelta adafactor adagrad rmsprop"
        ),
    },
    "regularizers": {
        "nnspec.catalog.regularizers": (
            "L1 L1L2 L2 OrthogonalRegularizer l1 l1_l2 l1l2 l2 orthogonal_regularizer"
        ),
    },
    "rules": {
        "nnspec.catalog.kohonen": "kohonen",
        "nnspec.catalog.learning_rules": "perceptron",
    },
    "schedules": {
        "nnspec.catalog.schedules": (
            "CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay "
            "PiecewiseConstantDecay PolynomialDecay"
        ),
    },
    "sources": {
        "nnspec.catalog.sources": (
            "csv duckdb excel feather hdf5 images json jsonl npy npz parquet sqlite texts"
        ),
    },
}
