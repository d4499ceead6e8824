"""Examples of the rules on codes, and on noise that a reconstruction is judged on."""

from rule_examples import Example

ITSELF = "data: {source: sklearn:diabetes, task: reconstruction}"
CODE = "- Dense: 4\n  name: code\n- Dense: 10"

RECONSTRUCTION_EXAMPLES = [
    Example("G101", "cod", "code", CODE, data=ITSELF, rest="export: {codes: [@]}"),
    Example("S115", "code", "dense", CODE, data=ITSELF, rest="export: {codes: [code, @]}"),
    Example("S115", "[]", "[savedmodel]", CODE, data=ITSELF,
            rest="export: {codes: [code], formats: @}"),
    Example("S115", "{GaussianNoise: 0.3}", "null", rest="evaluation: {noise: @}"),
    Example("G304", "[1, 1, 10]", "[1, 10]", CODE, data=ITSELF,
            rest="evaluation: {noise: {Dropout: {rate: 0.1, noise_shape: @}}}"),
    Example("G301", "SpatialDropout1D", "Dropout", CODE, data=ITSELF,
            rest="evaluation: {noise: {@: 0.1}}"),
    Example("T109", "denoised_rmse", "rmse", CODE, data=ITSELF,
            rest="evaluation: {gates: {@: {max: 1}}}"),
    Example("T109", "-1", "1", CODE, data=ITSELF,
            rest="evaluation: {noise: {GaussianNoise: 0.3}, gates: {noise_left: {max: @}}}"),
]  # fmt: skip
