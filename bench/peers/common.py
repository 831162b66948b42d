"""What the Python peers share: the same rows, attributes, baselines and output as `leadfit fit --method plain`."""
import json
import sys

NO_ATTRIBUTES = {"OpportunityId", "AccountId", "CreatedDate", "CloseDate", "Stage"}


def read_polars(path, cut):
    """Training and judging frames of attributes, and their outcomes. Texts are categories in sort order; rows from `cut` on judge."""
    import polars
    table = polars.read_csv(path)
    won = (table["Stage"] == "Closed Won").cast(polars.Float64)
    judges = table["CloseDate"] >= cut
    attributes = table.drop(NO_ATTRIBUTES, strict=False)
    texts = [name for name, kind in attributes.schema.items() if kind == polars.String]
    attributes = attributes.with_columns(
        polars.col(name).cast(polars.Enum(attributes[name].unique().sort())) for name in texts)
    return (attributes.filter(~judges), won.filter(~judges).to_numpy(),
            attributes.filter(judges), won.filter(judges).to_numpy())


def as_pandas(frame):
    """A frame of Polars as pandas, categories kept."""
    import pandas
    return pandas.DataFrame({
        name: pandas.Categorical.from_codes(*column_of(frame[name])) if hasattr(kind, "categories")
        else frame[name].to_numpy() for name, kind in frame.schema.items()})


def read_pandas(path, cut):
    """The same with pandas."""
    import pandas
    table = pandas.read_csv(path)
    won = (table["Stage"] == "Closed Won").to_numpy(float)
    judges = (table["CloseDate"] >= cut).to_numpy()
    attributes = table.drop(columns=list(NO_ATTRIBUTES), errors="ignore")
    for name in attributes.columns:
        if not pandas.api.types.is_numeric_dtype(attributes[name]):
            attributes[name] = attributes[name].astype("category")
    return attributes[~judges], won[~judges], attributes[judges], won[judges]


def sparse_design(frames):
    """One-hot designs (CSC, first level left out) of frames with the same columns: intercept, numbers standardised by the first frame.
    Also the names, and the shift and scale of each column."""
    import numpy
    from scipy import sparse
    parts, names, shift, scale = [[] for _ in frames], ["(intercept)"], [0.0], [1.0]
    for part, frame in zip(parts, frames):
        part.append(sparse.csc_matrix(numpy.ones((len(frame), 1))))
    for name in frames[0].columns:
        codes, levels = zip(*(column_of(frame[name]) for frame in frames))
        if levels[0] is None:
            centre, spread = codes[0].mean(), codes[0].std() or 1.0
            names.append(name)
            shift.append(centre)
            scale.append(spread)
            for part, x in zip(parts, codes):
                part.append(sparse.csc_matrix(((x - centre) / spread)[:, None]))
            continue
        names += [f"{name}={level}" for level in levels[0][1:]]
        shift += [0.0] * (len(levels[0]) - 1)
        scale += [1.0] * (len(levels[0]) - 1)
        for part, code in zip(parts, codes):
            rows = numpy.flatnonzero(code > 0)
            part.append(sparse.csc_matrix((numpy.ones(len(rows)), (rows, code[rows] - 1)),
                                          shape=(len(code), len(levels[0]) - 1)))
    return [sparse.hstack(part, format="csr") for part in parts], names, numpy.array(shift), numpy.array(scale)


def column_of(series):
    """A column as numbers (levels None) or as codes with their levels."""
    import numpy
    levels = getattr(series.dtype, "categories", None)
    if levels is None:
        return numpy.asarray(series.to_numpy(), float), None
    codes = series.to_physical() if hasattr(series, "to_physical") else series.cat.codes
    return codes.to_numpy(), list(levels)


def standard_errors(design, b):
    """Roots of the diagonal of (X'WX)^-1 on the scale of the design."""
    import numpy
    from scipy import linalg
    p = 1 / (1 + numpy.exp(-(design @ b)))
    weighted = design.multiply((p * (1 - p))[:, None]).tocsr()
    return numpy.sqrt(numpy.diag(linalg.inv((design.T @ weighted).toarray())))


def to_user_scale(b, errors, shift, scale):
    """Coefficients of the numbers as they stand in the file. The intercept's error is that at the means."""
    b, errors = b / scale, errors / scale
    b[0] -= (b[1:] * shift[1:]).sum()
    return b, errors


def auc(score, won):
    from sklearn.metrics import roc_auc_score
    return roc_auc_score(won, score)


def finish(names, b, errors, area):
    json.dump({"auc": float(area),
               "coefficients": {name: [float(x), float(e)] for name, x, e in zip(names, b, errors)}}, sys.stdout)
