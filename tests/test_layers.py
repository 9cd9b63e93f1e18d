"""Imports go downward only: one table of what each file and package may import, read against the code itself.

Imports for types alone count as well. Nobody imports the face, `mpc/__init__.py`.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("native", "mpc", "protocols", "party_runner")

ORDER = {
    "native": ("build_native", "contracts", "__init__", "signatures"),
    "mpc": (
        "_installed", "errors", "intake", "ways", "algebra", "prg", "domain_hash", "label_hash", "garbling",
        "garbling_authenticated", "garbling_jointly", "proving", "device", "network", "accounts.display",
        "accounts.learnt", "accounts.ledger", "accounts.plain", "accounts.report", "accounts.results", "correlation",
        "standing", "supply", "side_by_side", "context", "accounts.cost", "store", "planning", "simulation",
        "testing",
    ),
    "protocols": (
        "privacy.amounts", "privacy.neighbours", "privacy.events", "arguments", "shares", "linear", "suite", "known",
        "ranges", "piecewise",
        "party_indices", "assurances", "consent", "outputs", "joint_decryption", "digits", "prefix",
        "many_ands",
        "derived", "one_array", "unchecked", "sorting_network", "aggregation", "homomorphic", "paillier", "prio3",
        "circuits", "function_sharing",
        "ot.groups",
        "preprocessing.orders", "authenticated.side", "authenticated.bits", "authenticated.ands",
        "authenticated.equality", "authenticated.buckets", "preprocessing.tools", "preprocessing.transfers",
        "preprocessing.kind", "preprocessing.elementwise", "preprocessing.joining", "preprocessing.bilinear",
        "preprocessing.random_bits", "garbled.program", "garbled.walk", "garbled.half_gates_zre15",
        "garbled.three_halves_rr21", "garbled.schemes", "garbled.whole", "garbled.projection", "garbled.joint",
        "garbled.numbers", "authenticated.steps", "authenticated.masks", "authenticated.task", "authenticated.common",
        "authenticated.garbling", "authenticated.dependent", "preprocessing.expanding", "preprocessing.kinds",
        "garbled", "weights", "kept_past", "ideal", "beaver",
        "replicated3", "yao", "ot", "vole", "preprocessing.pairs", "proofs", "preprocessing.coins", "joint_keys",
        "elgamal", "encrypted", "numeric", "authenticated", "preprocessing", "privacy", "array", "prepared", "horizon",
        "models", "transformer", "learning",
        "statistics", "survival", "synthetic", "collecting", "federated", "flower", "matching",
        "runs",
    ),
}  # fmt: skip
"""The files and folders of each package, lowest first.

Of `accounts` each file, since the context stands between. What describes kinds of material stands below the suites that
take it, and what makes it above the transfers that it is made of.
"""

SUITES = ("beaver", "ideal", "replicated3", "yao")
"""The folders that know what a share is made of."""

APART = {
    "ideal": {"beaver", "replicated3"}, "beaver": {"ideal", "replicated3"}, "replicated3": {"ideal", "beaver"},
    "yao": {"ideal", "replicated3"},
}  # fmt: skip
"""What must not import one another although their level would allow it."""

FOLDER_ORDER = {
    "mpc.algebra": (
        "__init__", "shapes", "cores", "primes", "accelerator", "words", "interface", "masked", "elements", "matmul",
        "sums", "bits", "byte_lanes", "counted_steps", "thermometers", "powers_of_masks",
        "ring", "wide_ring", "bit_tables", "packed_bits", "shapes_only", "binary_field",
        "encoding", "transform_tables",
        "field", "named_rows", "numpy_operators", "bigint", "square_modulus", "montgomery_form", "powers_of_base",
        "crt", "residues", "group", "ristretto", "narrow", "weights",
    ),
    "mpc.context": ("spec", "endpoint", "call", "messages", "session", "tasks", "__init__"),
    "mpc.network": (
        "__init__", "wire", "beside", "placing", "decoder", "handshake", "new_files", "irreplaceable", "identity",
        "signing", "link",
        "introduction",
        "endings", "session_kinds", "mailbox", "peer", "deadlines", "lookout", "transport_memory", "transport",
        "transport_tls", "connecting", "joining", "star",
    ),
    "protocols.runs": (
        "__init__", "event_loop", "suites", "own_data", "users_program", "table", "frames", "input_shapes", "sources",
        "failures", "reports", "lately", "rehearsal", "lockstep", "planning", "ahead", "by_reveal", "shadowing",
        "simulating", "party", "dealing", "storing",
    ),
    "protocols.beaver": (
        "share", "arithmetic", "boolean", "by_garbling", "by_bmr", "by_pieces",
        "read_table", "by_masks", "by_points", "by_tables", "convert",
        "truncate", "shuffle", "weights", "many_and", "reached", "past", "__init__",
    ),
    "protocols.replicated3": (
        "two_arrays", "share", "reading", "summands", "by_points", "arithmetic", "boolean", "convert", "choose",
        "truncate", "scaled", "shuffle", "__init__",
    ),
    "protocols.yao": ("share", "arithmetic", "boolean", "convert", "truncate", "__init__"),
    "protocols.ideal": ("share", "arithmetic", "boolean", "convert", "truncate", "shuffle", "__init__"),
    "protocols.ot": (
        "base_co15", "correlated", "ideal", "extension_iknp03", "puncturable", "folding", "seeds_roy22",
        "extension_softspoken_roy22", "planned_softspoken", "pads", "wide_products", "products_alsz13",
        "small_products", "transfers", "one_of_many", "own_offsets", "half_trees", "noise", "silent_ferret_ywlzw20",
        "__init__",
    ),
    "protocols.vole": (
        "ends", "base_kos16", "leaves", "products", "lpn_parameters", "iteration", "silent_wykw21", "planned_wykw21",
        "__init__",
    ),
    "protocols.circuits": (
        "kinds", "circuit", "builder", "shallow", "arithmetic", "division", "values", "choosing", "floats",
        "float_whole", "float_values", "function", "levels", "plain", "binding", "arrays", "computing", "bristol",
        "known", "packing", "gmw", "library", "__init__",
    ),
    "protocols.garbled": (
        "program", "walk", "half_gates_zre15", "three_halves_rr21", "schemes", "whole", "projection", "joint",
        "numbers", "yao", "ahead", "bmr_levels", "bmr_masks", "bmr_products", "bmr_gates", "bmr_messages", "bmr_walk",
        "bmr_garbling", "bmr_evaluating", "bmr_blo16", "of_shares", "products", "ahead_numbers", "__init__",
    ),
    "protocols.authenticated": (
        "side", "bits", "ands", "equality", "buckets", "steps", "masks", "task", "common", "garbling", "dependent",
        "evaluating", "masked", "outputs", "online", "streamed", "ends", "random_bits", "leaky", "independent",
        "supplied", "session", "__init__",
    ),
    "protocols.proofs": (
        "refusals", "transcript", "reading", "statement", "linear", "composed", "proof", "hashed_bases", "pedersen",
        "inner_product_bbbpwm18", "bulletproof_bbbpwm18", "bulletproof_verifying", "range_bbbpwm18", "range_proving",
        "constraints", "circuit_bbbpwm18", "circuit_proving", "strength", "whole_numbers", "modulus_cggmp21",
        "ring_pedersen_cggmp21", "hidden_rows", "hidden_order", "any_statement", "sending", "factors_cggmp21",
        "encryption_cggmp21", "affine_cggmp21", "decryption_cggmp21", "many_relations", "parameter_sending",
        "key_sending", "ciphertext_sending", "product_sending", "to_everyone", "claim", "commitment", "hashed_claim",
        "quicksilver_ysww21", "elements", "relation", "same_bits_aorsw19", "committed_claim",
        "quicksilver_fields_ysww21", "standing_ends", "by_transfers", "by_evaluations", "by_commitments", "__init__",
    ),
    "protocols.preprocessing": (
        "dealing", "demand", "circuits", "bringing", "shelf", "room", "dealer", "pairs", "streams", "products",
        "switching", "ot_tools",
        "coins", "checking", "announcing", "workshop", "estimates", "making_time", "from_ot", "paillier_products",
        "paillier_tools", "from_paillier", "__init__",
    ),
    "protocols.array": (
        "lines", "misuse", "node", "appraising", "lowering", "grouping", "joining", "weighing", "losses", "shadows",
        "missing", "implementations", "declared", "records", "row_ranges", "reaches", "summaries", "contributions",
        "group_sizes", "secret", "recording", "public", "marks", "facts", "scales", "factors", "shape", "peaks",
        "arithmetic", "matrices", "thresholds", "decided", "choices", "logic", "writing", "quotients", "signs",
        "functions", "folding", "rearranging", "selecting", "cumulative", "shuffled", "extremes", "products", "spreads",
        "statistics", "sorting", "compaction", "order_statistics", "counting", "floor_quotients", "public_divisors",
        "rounding", "elementary", "near_extremes", "activations", "series", "linear_algebra", "inverses",
        "positive_definite", "full_rank", "eigen", "spellings", "inputs", "taking_in", "evaluate", "supposing",
        "revealing",
        "private_reveals", "noisy_choices", "bridge", "carried", "from_ciphertexts", "from_joint", "to_ciphertexts",
        "known_arrays", "circuit_inputs", "circuit_rows", "circuit_ways", "circuit_nodes", "circuit_shadows",
        "garbling", "authenticating", "committed_data", "relations", "proving", "__init__",
    ),
    "protocols.homomorphic": (
        "__init__", "key_files", "refusals", "sealed", "scale", "encoded", "given_numbers", "encoding",
        "public_factors", "offsets", "axes", "encrypted_array", "expected", "array_messages", "public_key",
    ),
    "protocols.paillier": (
        "refusals", "prime_search", "key_checks", "group", "randomisers", "encryption", "logarithm", "decryption",
        "plaintexts", "slots", "scaling", "matrices", "product_form", "ciphertexts", "packing", "messages", "keys",
        "key_exchange", "products_dsz15", "__init__",
    ),
    "protocols.joint_keys": (
        "polynomials_shoup00", "key", "share_files", "dealing_dj01", "decryption_dj01", "whole_products",
        "sharing_fps00", "share_sending", "partial_proofs_shoup00", "revealing", "public_tests", "search_space",
        "residue_products", "candidates_cdklrs20", "joint_biprimality_bf97", "boneh_franklin_bf97", "lengths_flop18",
        "draws_flop18", "sieve_flop18", "ends_flop18", "products_flop18", "biprimality_flop18", "exponents_flop18",
        "certified_flop18", "certifying_flop18", "between_two_flop18", "addend_lengths_fps00", "addends_fps00",
        "addend_proofs_fps00", "sharing_between_two_fps00", "__init__",
    ),
    "protocols.prio3": (
        "refusals", "elements", "sponge", "xof_turboshake128", "points_faz25", "gadgets", "circuit", "range_checks",
        "scalars", "vectors", "norms", "flp_bbcggi19", "derivations", "messages", "sharing", "reading", "vdaf_prio3",
        "chunk_lengths", "instances", "type_names", "__init__",
    ),
    "protocols.elgamal": (
        "refusals", "logarithms", "encryption", "plaintexts", "scaling", "ciphertexts", "messages", "keys",
        "statements", "sharing_shamir79", "key_shares", "joint_key_ped91", "joint_decryption_ped91", "revealing",
        "__init__",
    ),
    "protocols.encrypted": (
        "masking", "description", "receiving", "to_shares", "to_shares_jointly", "from_shares", "session_keys",
        "products", "__init__",
    ),
    "protocols.privacy": (
        "amounts", "neighbours", "events", "directed", "parts", "curves", "composition_kov15", "concentrated_bs16",
        "sampled_gaussian_mtz19", "sampled_zw19", "renyi_mironov17", "loss_distributions", "accounts",
        "group_privacy", "amplification", "filters", "training", "training_choices", "banded_matrix_cgmmrtx23",
        "errors_of_noise", "odds", "ledger", "in_words", "charging", "policy", "guard", "forecast", "probabilities",
        "bernoulli_cks20", "coins", "exponential_coins", "noise_ranges", "discrete_laplace_dkmmn06",
        "discrete_gaussian_cks20", "joint_coins_csu19", "joint_laplace_dkmmn06", "joint_geometric_dkmmn06",
        "joint_gaussian_cks20", "thresholds_kkmn09", "joint_noise", "joint_choice",
        "perturbed_minima_kst12", "schedules", "prepaid",
        "log_concave", "grid", "sensitivity", "users", "aggregates", "mechanisms", "averages", "selection_ms20",
        "noisy_answers", "quantiles", "one_run_snj23", "one_run_mmc25", "canaries", "local_responses_wbls17",
        "skellam_akl21", "partial_laplace_gx15", "partial_gaussian_kls21", "large_poisson", "summed_noise",
        "choosing", "banded_inverse_kmul25", "binary_tree_dnpr10", "correlated_noise", "clipping",
        "gradients_acgmmtz16", "__init__",
    ),
    "protocols.consent": ("keeper", "votes", "agreement", "__init__"),
    "protocols.models": (
        "refusals", "architectures", "tensors", "configs", "sentence_encoders", "safetensors_file", "bert_names",
        "llama_names", "gguf_header", "gguf_file", "gguf_llama", "tokenizing", "gguf_tokenizer", "clear_numbers",
        "clear_bert", "clear_llama", "clear_model", "model", "public_file", "transformer_files", "predictor",
        "sklearn_trees", "sklearn_estimators", "chain", "onnx_file", "torch_modules", "loading", "fixed_point",
        "folded", "calibrating", "told", "secret_model", "__init__",
    ),
    "protocols.transformer": (
        "fractions", "weights", "past", "rotary", "layers", "declared", "bert", "llama", "asking", "private_model",
        "embedding", "generating", "__init__",
    ),
    "protocols.learning": (
        "truth_labels", "private_rows", "noisy_sums", "vertical_logistic", "linear_regression_wang18",
        "logistic_regression_bst14", "secret_descent", "logistic_regression_kst12", "kmeans_su16", "__init__",
    ),
    "protocols.statistics": (
        "columns", "distances", "estimate", "steps", "noisy_figures", "bounded", "totals", "averages", "tables",
        "quantiles", "choices", "clipped", "thresholded_keys", "__init__",
    ),
    "protocols.synthetic": (
        "domain", "counting", "counting_secrets", "splitting", "trees", "fitting", "sampling", "synthetic_data",
        "mst_mms21", "__init__",
    ),
    "protocols.matching": (
        "refusals", "columns", "ids", "hash_to_group_rfc9380", "elements", "oprf_rfc9497", "one_key_cp92",
        "between_two_jl10", "count_cgt12", "programmed_kmprt17", "hint_sending", "among_several_kmprt17", "cuckoo_pr04",
        "members_psty19", "common_ids", "meeting", "finding", "aligning", "membership", "counting", "__init__",
    ),
    "mpc.device": (
        "drivers", "platforms", "program", "memory", "limbs", "engine", "check", "thresholds", "device",
        "device_words", "__init__",
    ),
    "mpc.store": ("files", "journal", "writer", "store_supply", "__init__"),
    "mpc.testing": (
        "strategies", "wrapping", "faults", "transcripts", "pieces", "views", "sampling", "enumeration", "tiny_group",
        "__init__",
    ),
    "protocols.survival": (
        "patients", "life_tables", "small_groups", "tails", "kaplan_meier58", "log_rank_mantel66", "noisy_curves",
        "cohort", "newton_steps", "hazard_model", "cox_breslow74", "cox_with_open_steps", "concordance_harrell82",
        "__init__",
    ),
    "protocols.aggregation": (
        "odds", "graphs_bbglr20", "refusals", "plan", "demands", "terms", "shares_shamir79", "wrong_shares_gao03",
        "enrolment", "revocations", "masks",
        "messages", "agreement", "directory", "costs", "client_bbglr20", "unmasking_bbglr20", "server_bbglr20",
        "resuming", "simulating", "on_star", "star_credentials", "__init__",
    ),
    "protocols.collecting": (
        "refusals", "task", "messages", "book", "sums", "client", "aggregator", "leader", "helper", "collector",
        "in_memory", "in_sessions", "in_stars", "__init__",
    ),
    "protocols.federated": (
        "layout", "models", "array_models", "ready_models", "parts_of_models", "sklearn_models", "torch_modules",
        "flower_clients",
        "aggregate", "side_by_side", "figures", "grids", "rotation", "rounding_kls21", "updates", "strategies",
        "correlated_kmsttx21", "noise", "noise_sizes",
        "noisy_means", "robust_means", "terms", "sites", "outcomes", "course", "agreeing", "masked_sums", "training",
        "simulating", "buffered_nmzyrmh22", "simulating_buffered",
        "federation", "openings", "spending", "member", "keeping", "serving", "joining", "rehearsing", "__init__",
    ),
    "protocols.flower": ("refusals", "terms", "records", "memory", "client_mod", "secured_grid", "__init__"),
    "protocols.weights": ("__init__", "matrix", "halves", "files", "sending", "standing", "product"),
}  # fmt: skip


def files():
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).with_suffix("").parts


def imports_of(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Line and dotted name of every import of the house in a file, those for types alone included."""
    found: list[tuple[int, tuple[str, ...]]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            found.extend((node.lineno, tuple(alias.name.split("."))) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports name the whole path"
            base = tuple((node.module or "").split("."))
            found.extend((node.lineno, _submodule(base, alias.name)) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text()))
    return [(line, name) for line, name in found if name[0] in PACKAGES]


def _submodule(base: tuple[str, ...], name: str) -> tuple[str, ...]:
    folder = ROOT.joinpath(*base)
    return (*base, name) if (folder / f"{name}.py").exists() or (folder / name).is_dir() else base


def level(module: tuple[str, ...]) -> int:
    """The place of a file or its folder in its package's order; every file has one."""
    package, *names = module
    place = next((place for place in (".".join(names[:2]), names[0]) if place in ORDER[package]), None)
    assert place is not None, f"{'/'.join(module)} has no place in the order of tests/test_layers.py: give it one"
    return ORDER[package].index(place)


def complaint(importer: tuple[str, ...], imported: tuple[str, ...]) -> str | None:
    """Why one module may not import the other; None if it may."""
    if imported == ("mpc",):
        return "the face is for users"
    if PACKAGES.index(imported[0]) > PACKAGES.index(importer[0]):
        return "a package imports only packages below it"
    if imported[0] != importer[0] or importer[0] in ("native", "party_runner"):
        return None
    if importer[0] == "mpc" and imported[1] == "testing" != importer[1]:
        return "nothing but tests imports the test kit"
    return _within(importer, imported)


def _within(importer: tuple[str, ...], imported: tuple[str, ...]) -> str | None:
    package, mine, theirs = importer[0], importer[1], imported[1]
    if mine == theirs and level(imported) == level(importer):
        folder = FOLDER_ORDER.get(f"{package}.{mine}")
        if folder is None or len(imported) < 3 or (len(importer) > 3 and importer[2] == imported[2]):
            return None
        above = folder.index(imported[2]) >= folder.index(importer[2])
        return "a file imports only files before it in its folder" if above else None
    if theirs in APART.get(mine, ()):
        return "suites know nothing of one another"
    if theirs == "one_array" and mine not in SUITES:
        return "only suites hold the arrays of shares"
    return None if level(imported) < level(importer) else "a file imports only files before it"


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_downward(path):
    importer = module_of(path)
    if importer == ("mpc", "__init__"):
        return
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {'.'.join(imported)}: {why}"
        for line, imported in imports_of(path)
        if (why := complaint(importer, imported))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_file_has_a_place():
    for path in files():
        package, *names = module = module_of(path)
        if package in ("mpc", "protocols") and names not in (["__init__"], ["accounts", "__init__"]):
            level(module)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        (("mpc", "context"), ("protocols", "suite")),
        (("mpc", "algebra", "ring"), ("mpc", "prg")),
        (("mpc", "algebra", "ring"), ("mpc", "algebra", "field")),
        (("mpc", "context"), ("mpc", "accounts", "cost")),
        (("protocols", "beaver", "share"), ("mpc",)),
        (("protocols", "beaver", "share"), ("protocols", "ideal", "share")),
        (("protocols", "beaver", "share"), ("protocols", "beaver", "convert")),
        (("mpc", "context"), ("mpc", "testing")),
        (("protocols", "suite"), ("party_runner", "cli")),
        (("mpc", "correlation"), ("mpc", "context")),
        (("protocols", "array", "shape"), ("protocols", "one_array")),
        (("protocols", "numeric", "normalise"), ("protocols", "one_array")),
    ],
)
def test_the_table_forbids_what_it_should(importer, imported):
    assert complaint(importer, imported)


def test_the_table_allows_what_it_should():
    assert complaint(("mpc", "context"), ("mpc", "correlation")) is None
    assert complaint(("mpc", "accounts", "cost"), ("mpc", "context")) is None
    assert complaint(("protocols", "beaver", "convert"), ("protocols", "beaver", "share")) is None
    assert complaint(("protocols", "runs", "party"), ("mpc", "simulation")) is None
