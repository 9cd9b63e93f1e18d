"""Types of the module that cffi makes of the exports: written by native/signatures.py."""

class Pointer:
    """A pointer into an array that it keeps alive (cffi's CData). Arrays go in as `ffi.from_buffer(WORDS, array)`."""

    def __getitem__(self, place: int) -> int: ...

class _CType: ...

class _FFI:
    NULL: Pointer
    def typeof(self, declaration: str) -> _CType: ...
    def from_buffer(self, ctype: _CType, buffer: object) -> Pointer: ...
    def cast(self, ctype: _CType | str, value: int) -> Pointer: ...
    def buffer(self, pointer: Pointer, size: int) -> memoryview: ...
    def memmove(self, to: Pointer, source: bytes, length: int) -> None: ...
    def string(self, text: Pointer) -> bytes: ...

class Lib:
    def parley_has_fast_aes(self) -> int: ...
    def parley_aes_expand_key(self, round_keys: Pointer, key: Pointer) -> None: ...
    def parley_aes256_expand_key(self, round_keys: Pointer, key: Pointer) -> None: ...
    def parley_aes_ctr(
        self, out: Pointer, round_keys: Pointer, high: int, low: int, skip: int, length: int
    ) -> None: ...
    def parley_aes256_ctr(
        self, out: Pointer, round_keys: Pointer, high: int, low: int, skip: int, length: int
    ) -> None: ...
    def parley_aes_streams(self, out: Pointer, keys: Pointer, first: Pointer, n: int, blocks: int) -> None: ...
    def parley_aes256_add_streams(
        self, sum: Pointer, round_keys: Pointer, negative: Pointer, n: int, first: int, blocks: int, width: int
    ) -> None: ...
    def parley_keep_below_var(self, out: Pointer, draws: Pointer, p: int, mask: int, n: int) -> int: ...
    def parley_keep_pairs_below_var(self, out: Pointer, draws: Pointer, p: Pointer, mask: Pointer, n: int) -> int: ...
    def parley_bignum_workspace(self, limbs: int) -> int: ...
    def parley_bignum_digits(self, limbs: int) -> int: ...
    def parley_bignum_mul(
        self,
        out: Pointer,
        x: Pointer,
        y: Pointer,
        moduli: Pointer,
        step: int,
        limbs: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_bignum_montgomery_mul(
        self,
        out: Pointer,
        x: Pointer,
        y: Pointer,
        moduli: Pointer,
        step: int,
        limbs: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_bignum_products_var(
        self,
        out: Pointer,
        numbers: Pointer,
        size: int,
        indices: Pointer,
        starts: Pointer,
        modulus: Pointer,
        limbs: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_bignum_add(
        self, out: Pointer, x: Pointer, y: Pointer, moduli: Pointer, step: int, limbs: int, count: int
    ) -> None: ...
    def parley_bignum_sub(
        self, out: Pointer, x: Pointer, y: Pointer, moduli: Pointer, step: int, limbs: int, count: int
    ) -> None: ...
    def parley_bignum_power(
        self,
        out: Pointer,
        bases: Pointer,
        exponents: Pointer,
        bits: int,
        moduli: Pointer,
        step: int,
        limbs: int,
        root: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_bignum_power_var(
        self,
        out: Pointer,
        bases: Pointer,
        exponent: Pointer,
        bits: int,
        moduli: Pointer,
        step: int,
        limbs: int,
        root: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_bignum_power_of_base(
        self,
        out: Pointer,
        table: Pointer,
        corrections: Pointer,
        width: int,
        exponents: Pointer,
        bits: int,
        modulus: Pointer,
        limbs: int,
        count: int,
        workspace: Pointer,
    ) -> None: ...
    def parley_gf_mul_64(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_gf_mul_128(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_gf_square_64(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_gf_square_128(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_gf_invert_64(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_gf_invert_128(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_gf_scale_64(self, out: Pointer, x: Pointer, s: Pointer, n: int) -> None: ...
    def parley_gf_scale_128(self, out: Pointer, x: Pointer, s: Pointer, n: int) -> None: ...
    def parley_gf_inner_64(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_gf_inner_128(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_gf_inner_bits_64(self, out: Pointer, x: Pointer, bits: Pointer, n: int) -> None: ...
    def parley_gf_inner_bits_128(self, out: Pointer, x: Pointer, bits: Pointer, n: int) -> None: ...
    def parley_gf_evaluate_64(self, out: Pointer, x: Pointer, s: Pointer, n: int) -> None: ...
    def parley_gf_evaluate_128(self, out: Pointer, x: Pointer, s: Pointer, n: int) -> None: ...
    def parley_gf_powers_64(self, out: Pointer, s: Pointer, n: int) -> None: ...
    def parley_gf_powers_128(self, out: Pointer, s: Pointer, n: int) -> None: ...
    def parley_bit_and(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_bit_xor(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_bit_or(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_bit_and_not(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_bit_same(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_bit_not(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_bit_recombine(
        self, out: Pointer, c: Pointer, d: Pointer, b: Pointer, e: Pointer, a: Pointer, n: int, with_de: int
    ) -> None: ...
    def parley_bit_masked_product(
        self, out: Pointer, x0: Pointer, x1: Pointer, y0: Pointer, y1: Pointer, before: Pointer, after: Pointer, n: int
    ) -> None: ...
    def parley_bit_prefix_xor(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_bit_prefix_or(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_bit_prefix_and(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_popcount(self, x: Pointer, n: int) -> int: ...
    def parley_pack(self, out: Pointer, bits: Pointer, count: int) -> None: ...
    def parley_unpack(self, out: Pointer, words: Pointer, count: int) -> None: ...
    def parley_planes(self, out: Pointer, x: Pointer, count: int, bits: int) -> None: ...
    def parley_from_planes(self, out: Pointer, rows: Pointer, count: int, bits: int) -> None: ...
    def parley_bit_transpose(
        self, out: Pointer, out_step: int, x: Pointer, x_step: int, rows: int, columns: int
    ) -> None: ...
    PARLEY_AND: int
    PARLEY_XOR: int
    PARLEY_OR: int
    PARLEY_AND_NOT: int
    PARLEY_SAME: int
    def parley_bit_rows(
        self,
        what: int,
        out: Pointer,
        x: Pointer,
        x_group: int,
        x_row: int,
        y: Pointer,
        y_group: int,
        y_row: int,
        groups: int,
        rows: int,
        n: int,
    ) -> None: ...
    def parley_bit_recombine_rows(
        self,
        out: Pointer,
        c: Pointer,
        d: Pointer,
        b: Pointer,
        e: Pointer,
        a: Pointer,
        left: int,
        right: int,
        rows: int,
        n: int,
        with_de: int,
    ) -> None: ...
    def parley_bit_prefix_rows(
        self, what: int, out: Pointer, x: Pointer, rows: int, n: int, from_last: int
    ) -> None: ...
    def parley_bit_one_hot(self, out: Pointer, places: Pointer, depth: int, first: int, n: int) -> None: ...
    def parley_bit_compare(
        self,
        out: Pointer,
        out_step: int,
        table: Pointer,
        step: int,
        places: Pointer,
        depth: int,
        whole: int,
        from_below: int,
        n: int,
    ) -> None: ...
    PARLEY_COIN_WORDS: int
    def parley_coins(
        self, out: Pointer, tied: Pointer, probabilities: Pointer, tape: Pointer, coins: int, depth: int, groups: int
    ) -> None: ...
    def parley_curve_decode(self, out: Pointer, valid: Pointer, encodings: Pointer, n: int) -> None: ...
    def parley_curve_encode(self, out: Pointer, points: Pointer, n: int) -> None: ...
    def parley_curve_from_uniform(self, out: Pointer, uniform: Pointer, n: int) -> None: ...
    def parley_curve_equal(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_curve_add(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_curve_sub(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_curve_mul(self, out: Pointer, points: Pointer, scalars: Pointer, bits: int, n: int) -> None: ...
    def parley_curve_table(self, bits: int) -> int: ...
    def parley_curve_tables(self, out: Pointer, bases: Pointer, bits: int, n: int) -> None: ...
    def parley_curve_sum_of_bases(
        self, out: Pointer, tables: Pointer, scalars: Pointer, bits: int, rows: int, bases: int
    ) -> None: ...
    def parley_curve_workspace(self, terms: int) -> int: ...
    def parley_curve_sum_of_products(
        self, out: Pointer, points: Pointer, scalars: Pointer, bits: int, rows: int, terms: int, workspace: Pointer
    ) -> None: ...
    def parley_curve_sum_of_products_var(
        self, out: Pointer, points: Pointer, scalars: Pointer, bits: int, rows: int, terms: int, workspace: Pointer
    ) -> None: ...
    def parley_field_prepare(self, field: Pointer, p_low: int, p_high: int) -> int: ...
    def parley_field_count_wrong(self, x: Pointer, n: int, field: Pointer) -> int: ...
    def parley_field_reduce(self, out: Pointer, x: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_add(self, out: Pointer, x: Pointer, y: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_sub(self, out: Pointer, x: Pointer, y: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_mul(self, out: Pointer, x: Pointer, y: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_neg(self, out: Pointer, x: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_scale(self, out: Pointer, x: Pointer, s: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_mul_add(
        self, out: Pointer, c: Pointer, x: Pointer, y: Pointer, n: int, field: Pointer
    ) -> None: ...
    def parley_field_recombine(
        self,
        out: Pointer,
        c: Pointer,
        d: Pointer,
        b: Pointer,
        e: Pointer,
        a: Pointer,
        n: int,
        with_de: int,
        field: Pointer,
    ) -> None: ...
    def parley_field_sum(self, out: Pointer, x: Pointer, rows: int, n: int, field: Pointer) -> None: ...
    def parley_field_matmul(
        self,
        out: Pointer,
        x: Pointer,
        y: Pointer,
        batch: int,
        x_step: int,
        y_step: int,
        rows: int,
        inner: int,
        columns: int,
        field: Pointer,
    ) -> None: ...
    def parley_field_column_dots(
        self, out: Pointer, x: Pointer, y: Pointer, batch: int, rows: int, columns: int, field: Pointer
    ) -> None: ...
    def parley_field_power_sums(
        self, out: Pointer, x: Pointer, batch: int, n: int, columns: int, w: Pointer, r: Pointer, field: Pointer
    ) -> None: ...
    def parley_field_power(self, out: Pointer, x: Pointer, n: int, e_low: int, e_high: int, field: Pointer) -> None: ...
    def parley_field_powers(self, out: Pointer, x: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_inverse(self, out: Pointer, x: Pointer, n: int, field: Pointer) -> None: ...
    def parley_field_ntt_block(self, field: Pointer) -> int: ...
    def parley_field_ntt(
        self,
        out: Pointer,
        x: Pointer,
        work: Pointer,
        batch: int,
        rows: int,
        columns: int,
        row_roots: Pointer,
        column_roots: Pointer,
        twiddles: Pointer,
        field: Pointer,
    ) -> None: ...
    def parley_field_ntt_short(
        self, out: Pointer, x: Pointer, work: Pointer, batch: int, n: int, roots: Pointer, field: Pointer
    ) -> None: ...
    def parley_point_deal(
        self,
        corrections: Pointer,
        step: int,
        points: Pointer,
        left_roots: Pointer,
        right_roots: Pointer,
        start: Pointer,
        first: int,
        width: int,
        n: int,
    ) -> None: ...
    def parley_point_read(
        self,
        at_most: Pointer,
        same: Pointer,
        corrections: Pointer,
        step: int,
        roots: Pointer,
        party: int,
        places: Pointer,
        start: Pointer,
        first: int,
        width: int,
        n: int,
    ) -> None: ...
    def parley_hash_cr(self, out: Pointer, x: Pointer, round_keys: Pointer, n: int) -> None: ...
    def parley_hash_ccr(self, out: Pointer, x: Pointer, round_keys: Pointer, n: int) -> None: ...
    def parley_hash_tccr(self, out: Pointer, x: Pointer, round_keys: Pointer, first: int, n: int) -> None: ...
    def parley_hash_rekeyed(self, out: Pointer, x: Pointer, start: Pointer, first: int, n: int, each: int) -> None: ...
    def parley_tree_level(self, out: Pointer, seeds: Pointer, round_keys: Pointer, n: int) -> None: ...
    def parley_half_tree_level(self, out: Pointer, seeds: Pointer, round_keys: Pointer, n: int) -> None: ...
    def parley_shift_labels(
        self,
        out: Pointer,
        labels: Pointer,
        label_step: int,
        bits: Pointer,
        bit_step: int,
        delta: Pointer,
        rows: int,
        n: int,
    ) -> None: ...
    def parley_garble_ands(
        self, tables: Pointer, c0: Pointer, a0: Pointer, b0: Pointer, delta: Pointer, start: Pointer, first: int, n: int
    ) -> None: ...
    def parley_evaluate_ands(
        self, c: Pointer, a: Pointer, b: Pointer, tables: Pointer, start: Pointer, first: int, n: int
    ) -> None: ...
    def parley_garble_circuit(
        self,
        tables: Pointer,
        slots: Pointer,
        work: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        delta: Pointer,
        start: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_evaluate_circuit(
        self,
        slots: Pointer,
        work: Pointer,
        tables: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        start: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_garble_three_halves(
        self,
        pairs: Pointer,
        thirds: Pointer,
        controls: Pointer,
        c0: Pointer,
        a0: Pointer,
        b0: Pointer,
        delta: Pointer,
        start: Pointer,
        dice: Pointer,
        first: int,
        n: int,
    ) -> None: ...
    def parley_evaluate_three_halves(
        self,
        c: Pointer,
        a: Pointer,
        b: Pointer,
        pairs: Pointer,
        thirds: Pointer,
        controls: Pointer,
        start: Pointer,
        first: int,
        n: int,
    ) -> None: ...
    def parley_garble_three_halves_circuit(
        self,
        pairs: Pointer,
        thirds: Pointer,
        controls: Pointer,
        slots: Pointer,
        work: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        delta: Pointer,
        start: Pointer,
        dice: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_evaluate_three_halves_circuit(
        self,
        slots: Pointer,
        work: Pointer,
        pairs: Pointer,
        thirds: Pointer,
        controls: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        start: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_garble_jointly(
        self,
        left: Pointer,
        right: Pointer,
        third: Pointer,
        a0: Pointer,
        b0: Pointer,
        delta: Pointer,
        start: Pointer,
        first: int,
        n: int,
    ) -> None: ...
    def parley_evaluate_jointly(
        self, c: Pointer, a: Pointer, b: Pointer, start: Pointer, first: int, n: int
    ) -> None: ...
    def parley_garble_jointly_circuit(
        self,
        tables: Pointer,
        lowest: Pointer,
        slots: Pointer,
        work: Pointer,
        shares: Pointer,
        share_step: int,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        delta: Pointer,
        starts: Pointer,
        me: int,
        garblers: int,
        first: int,
        ands: int,
        instances: int,
    ) -> None: ...
    def parley_evaluate_jointly_circuit(
        self,
        slots: Pointer,
        work: Pointer,
        total: Pointer,
        lowest: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        starts: Pointer,
        garblers: int,
        first: int,
        ands: int,
        instances: int,
    ) -> None: ...
    def parley_spread_labels(
        self,
        left: Pointer,
        right: Pointer,
        slots: Pointer,
        results: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        offset: Pointer,
        instances: int,
    ) -> None: ...
    def parley_garble_authenticated(
        self,
        tables: Pointer,
        lowest: Pointer,
        slots: Pointer,
        work: Pointer,
        left: Pointer,
        right: Pointer,
        sums: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        delta: Pointer,
        start: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_evaluate_authenticated(
        self,
        masked: Pointer,
        slots: Pointer,
        work: Pointer,
        tables: Pointer,
        sums: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        start: Pointer,
        first: int,
        instances: int,
    ) -> None: ...
    def parley_mark_labels(self, labels: Pointer, bits: Pointer, offset: Pointer, n: int) -> None: ...
    def parley_add_to_tables(self, out: Pointer, tables: Pointer, first: Pointer, second: Pointer, n: int) -> None: ...
    def parley_check_authenticated(
        self,
        held: Pointer,
        slots: Pointer,
        results: Pointer,
        left: Pointer,
        right: Pointer,
        sums: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        delta: Pointer,
        instances: int,
    ) -> None: ...
    def parley_prove_ands(
        self,
        left: Pointer,
        right: Pointer,
        cross: Pointer,
        told: Pointer,
        slots: Pointer,
        results: Pointer,
        gates: Pointer,
        groups: Pointer,
        n_groups: int,
        instances: int,
    ) -> None: ...
    def parley_matmul(
        self,
        out: Pointer,
        x: Pointer,
        x_step: int,
        x_row: int,
        x_column: int,
        y: Pointer,
        y_step: int,
        y_row: int,
        y_column: int,
        batch: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...
    def parley_softspoken_rows_size(self, blocks: int) -> int: ...
    def parley_softspoken_receive(
        self,
        labels: Pointer,
        choices: Pointer,
        corrections: Pointer,
        step: int,
        round_keys: Pointer,
        k: int,
        first: int,
        blocks: int,
    ) -> None: ...
    def parley_softspoken_rows(
        self,
        rows: Pointer,
        choices: Pointer,
        corrections: Pointer,
        step: int,
        round_keys: Pointer,
        k: int,
        first: int,
        blocks: int,
    ) -> None: ...
    def parley_softspoken_labels(
        self, labels: Pointer, sums: Pointer, rows: Pointer, powers: Pointer, blocks: int
    ) -> None: ...
    def parley_softspoken_send(
        self,
        labels: Pointer,
        sums: Pointer,
        corrections: Pointer,
        step: int,
        delta: Pointer,
        round_keys: Pointer,
        k: int,
        first: int,
        powers: Pointer,
        blocks: int,
    ) -> None: ...
    def parley_half_trees_grow(
        self,
        leaves: Pointer,
        sums: Pointer,
        scratch: Pointer,
        roots: Pointer,
        delta: Pointer,
        start: Pointer,
        first: int,
        depth: int,
        trees: int,
    ) -> None: ...
    def parley_half_trees_regrow(
        self,
        leaves: Pointer,
        scratch: Pointer,
        paths: Pointer,
        sums: Pointer,
        start: Pointer,
        first: int,
        depth: int,
        trees: int,
    ) -> None: ...
    def parley_add_sparse(
        self, out: Pointer, table: Pointer, log_size: int, round_keys: Pointer, first: int, n: int
    ) -> None: ...
    def parley_lowest_bits(self, out: Pointer, labels: Pointer, n: int) -> None: ...
    def parley_pieces_polynomials(
        self,
        out: Pointer,
        first: Pointer,
        steps: Pointer,
        c: Pointer,
        v: Pointer,
        powers: Pointer,
        products: Pointer,
        rows: int,
        choices: int,
        degree: int,
        count: int,
        begin: int,
        end: int,
    ) -> None: ...
    def parley_pieces_thermometers(self, out: Pointer, numbers: Pointer, place_bits: int, count: int) -> None: ...
    def parley_pieces_crossed(
        self,
        out: Pointer,
        table: Pointer,
        places: Pointer,
        t: Pointer,
        place_bits: int,
        thresholds: int,
        whole: int,
        count: int,
        begin: int,
        end: int,
    ) -> None: ...
    def parley_start(self) -> None: ...
    def parley_implementation_count(self) -> int: ...
    def parley_implementation_name(self, index: int) -> Pointer: ...
    def parley_select(self, index: int) -> None: ...
    def parley_selected(self) -> int: ...
    def parley_family_count(self) -> int: ...
    def parley_family_name(self, family: int) -> Pointer: ...
    def parley_family_source(self, family: int, index: int) -> Pointer: ...
    def parley_untold_contracts(self) -> Pointer: ...
    def parley_broken_contract(self) -> Pointer: ...
    def parley_keep_memory(self, bytes: int) -> int: ...
    def parley_products_send(
        self,
        corrections: Pointer,
        shares: Pointer,
        labels: Pointer,
        turns: Pointer,
        delta: Pointer,
        x: Pointer,
        step: int,
        start: Pointer,
        first: int,
        shapes: Pointer,
        groups: int,
        count: int,
        length: int,
        begin: int,
        end: int,
    ) -> None: ...
    def parley_products_receive(
        self,
        shares: Pointer,
        labels: Pointer,
        choices: Pointer,
        corrections: Pointer,
        start: Pointer,
        first: int,
        shapes: Pointer,
        groups: int,
        count: int,
        length: int,
        begin: int,
        end: int,
    ) -> None: ...
    def parley_pads(
        self,
        out: Pointer,
        labels: Pointer,
        offset: Pointer,
        start: Pointer,
        first: int,
        words: int,
        row: int,
        n: int,
        column: int,
        length: int,
    ) -> None: ...
    def parley_pad_planes(
        self,
        out: Pointer,
        step: int,
        labels: Pointer,
        offset: Pointer,
        start: Pointer,
        first: int,
        begin: int,
        n: int,
        bits: int,
    ) -> None: ...
    def parley_replicated_product(
        self,
        out: Pointer,
        x0: Pointer,
        x1: Pointer,
        y0: Pointer,
        y1: Pointer,
        before: Pointer,
        before_block: int,
        after: Pointer,
        after_block: int,
        n: int,
    ) -> None: ...
    def parley_replicated_and(
        self,
        out: Pointer,
        x0: Pointer,
        x1: Pointer,
        y0: Pointer,
        y1: Pointer,
        before: Pointer,
        before_block: int,
        after: Pointer,
        after_block: int,
        n: int,
    ) -> None: ...
    def parley_add(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_sub(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_mul(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_neg(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_recombine(
        self, out: Pointer, c: Pointer, d: Pointer, b: Pointer, e: Pointer, a: Pointer, n: int, with_de: int
    ) -> None: ...
    def parley_masked_product(
        self, out: Pointer, x0: Pointer, x1: Pointer, y0: Pointer, y1: Pointer, before: Pointer, after: Pointer, n: int
    ) -> None: ...
    def parley_shift_right(self, out: Pointer, x: Pointer, plus: int, s: int, n: int) -> None: ...
    def parley_shift_left(self, out: Pointer, x: Pointer, s: int, n: int) -> None: ...
    def parley_affine(self, out: Pointer, x: Pointer, factor: Pointer, plus: Pointer, n: int) -> None: ...
    def parley_offset(self, out: Pointer, x: Pointer, plus: Pointer, mask: int, n: int) -> None: ...
    def parley_sum(self, out: Pointer, x: Pointer, outer: int, count: int, inner: int) -> None: ...
    PARLEY_SPONGE_WORDS: int
    PARLEY_SPONGE_RATE: int
    def parley_sponge_absorb(self, state: Pointer, data: Pointer, blocks: int) -> None: ...
    def parley_sponge_squeeze(self, state: Pointer, out: Pointer, blocks: int) -> None: ...
    def parley_sponge_relay(self, source: Pointer, into: Pointer, tape: Pointer, before: int, blocks: int) -> None: ...
    def parley_sponge_absorb_four(
        self, states: Pointer, a: Pointer, b: Pointer, c: Pointer, d: Pointer, blocks: int
    ) -> None: ...
    def parley_sponge_relay_two(
        self, sources: Pointer, into: Pointer, a: Pointer, b: Pointer, before: int, blocks: int
    ) -> None: ...
    def parley_vole_leaves(
        self, out: Pointer, totals: Pointer, labels: Pointer, start: Pointer, first: int, depth: int, trees: int
    ) -> None: ...
    def parley_vole_punctured(
        self,
        out: Pointer,
        labels: Pointer,
        paths: Pointer,
        values: Pointer,
        start: Pointer,
        first: int,
        depth: int,
        trees: int,
    ) -> None: ...
    def parley_vole_add_sparse(
        self, out: Pointer, table: Pointer, words: int, log_size: int, round_keys: Pointer, first: int, n: int
    ) -> None: ...
    def parley_vole_prove(
        self,
        z: Pointer,
        m: Pointer,
        told: Pointer,
        constant: Pointer,
        first: Pointer,
        x: Pointer,
        m_x: Pointer,
        y: Pointer,
        m_y: Pointer,
        pairs: Pointer,
        n: int,
    ) -> None: ...
    def parley_vole_verify(
        self, out: Pointer, k_x: Pointer, k_y: Pointer, k_z: Pointer, delta: Pointer, n: int
    ) -> None: ...
    def parley_weights_product(
        self,
        out: Pointer,
        out_row: int,
        x: Pointer,
        x_row: int,
        x_column: int,
        w: Pointer,
        w_row: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...
    def parley_weights_transposed(
        self,
        out: Pointer,
        out_row: int,
        x: Pointer,
        x_row: int,
        x_column: int,
        w: Pointer,
        w_row: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...
    def parley_weights_by_stream(
        self,
        out: Pointer,
        out_row: int,
        x: Pointer,
        x_row: int,
        x_column: int,
        key: Pointer,
        block: int,
        first: int,
        step: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...
    def parley_weights_by_stream_transposed(
        self,
        out: Pointer,
        out_row: int,
        x: Pointer,
        x_row: int,
        x_column: int,
        key: Pointer,
        block: int,
        first: int,
        step: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...
    def parley_weights_masked(self, out: Pointer, w: Pointer, key: Pointer, block: int, first: int, n: int) -> None: ...
    def parley_wide_add(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_wide_sub(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_wide_mul(self, out: Pointer, x: Pointer, y: Pointer, n: int) -> None: ...
    def parley_wide_neg(self, out: Pointer, x: Pointer, n: int) -> None: ...
    def parley_wide_recombine(
        self, out: Pointer, c: Pointer, d: Pointer, b: Pointer, e: Pointer, a: Pointer, n: int, with_de: int
    ) -> None: ...
    def parley_wide_shift_right(self, out: Pointer, x: Pointer, plus: Pointer, s: int, n: int) -> None: ...
    def parley_wide_shift_left(self, out: Pointer, x: Pointer, s: int, n: int) -> None: ...
    def parley_wide_affine(self, out: Pointer, x: Pointer, factor: Pointer, plus: Pointer, n: int) -> None: ...
    def parley_wide_offset(self, out: Pointer, x: Pointer, plus: Pointer, mask: Pointer, n: int) -> None: ...
    def parley_wide_sum(self, out: Pointer, x: Pointer, outer: int, count: int, inner: int) -> None: ...
    def parley_wide_matmul(
        self,
        out: Pointer,
        x: Pointer,
        x_step: int,
        x_row: int,
        x_column: int,
        y: Pointer,
        y_step: int,
        y_row: int,
        y_column: int,
        batch: int,
        rows: int,
        inner: int,
        columns: int,
    ) -> None: ...

ffi: _FFI
lib: Lib
