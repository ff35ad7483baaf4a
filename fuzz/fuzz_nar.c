/* SPDX-License-Identifier: MIT
 *
 * The NAR parser: whatever it accepts it must have read to the last byte, and encoding its events
 * again must give the same bytes. */
#include "fuzz.h"

#include "store/nar_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str in = fuzz_str(p, n);
	struct str_source from = str_source_init(in);
	BUF(out, LIMIT_JSON_TEXT);
	ERR(err);
	struct buf_sink sink = buf_sink_init(&out);
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&sink.sink);

	if (tree_parse(&from.source, &e.tree, &err))
		return 0;
	FUZZ_CHECK(nar_encoder_flush(&e, &err) == 0);
	FUZZ_CHECK(str_eq(buf_str(&out), str_n(in.p, n - from.rest.n)));
	return 0;
}
