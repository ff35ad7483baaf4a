/* SPDX-License-Identifier: MIT
 *
 * What is kept of a service: its spec, its state, and where it is ready. A spec that was read has
 * what a service needs, and its address is one of this machine. */
#include "fuzz.h"

#include "service/service_int.h"

static void check_spec(struct str text, struct arena *a)
{
	struct service_spec spec = {0};
	struct service_url url;
	ERR(err);

	if (service_spec_parse(text, a, &spec, &err))
		return;
	FUZZ_CHECK(spec.name && spec.command && spec.cwd && spec.env);
	FUZZ_CHECK(spec.restart <= SERVICE_RESTART_ALWAYS && spec.stop_signal >= 0);
	if (!spec.ready || service_ready_url(&spec, &url, &err))
		return;
	FUZZ_CHECK(url.host[0] && url.port[0] && url.path[0] == '/');
	service_url_release(&url);
}

static void check_state(struct str text)
{
	struct service_record r;

	service_record_parse(text, &r);
	FUZZ_CHECK(service_state_text(r.state));
	FUZZ_CHECK(memchr(r.message, '\0', sizeof(r.message)));
	FUZZ_CHECK(memchr(r.run, '\0', sizeof(r.run)) && memchr(r.boot, '\0', sizeof(r.boot)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA(a);
	struct str text = str_n((const char *)data, size);

	check_spec(text, &a);
	check_state(text);
	return 0;
}
