/* SPDX-License-Identifier: MIT
 *
 * nix.conf's settings and kiln.conf's keys that somebody gave, and the environment. */
#include "doctor/doctor_int.h"

#include "base/environ.h"
#include "source/conf.h"

/* What the environment changes beside settings. */
static const char *const variables[] = {
	"KILN_STORE",      "KILN_CONF",     "KILN_DATA_DIR", "KILN_LOG",     "KILN_SLOT_PATH",
	"NIX_STORE_DIR",   "NIX_STATE_DIR", "NIX_LOG_DIR",   "NIX_CONF_DIR", "NIX_USER_CONF_FILES",
	"NIX_CONFIG_HOME", "NIX_REMOTE",    "http_proxy",    "https_proxy",  "all_proxy",
	"no_proxy",        "TMPDIR",
};

/* Tokens are nobody's business. */
#define HIDDEN "(not shown)"

static void tell_settings(struct doctor *d)
{
	const struct settings *s = d->session->settings;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *from = s->from[i] ? s->from[i] : "the command line";
		const char *value = i == SETTING_INDEX_access_tokens ? HIDDEN : s->text[i];

		if (!s->given[i] || settings_is_skipped((enum setting_index)i))
			continue;
		if (s->unmet[i])
			doctor_tell(d, VERDICT_WARN, "take it out, or do without what it asks for",
				    "%s = %s, from %s, does nothing in kiln",
				    settings_name((enum setting_index)i), value, from);
		else
			doctor_tell(d, VERDICT_GOOD, NULL, "%s = %s, from %s",
				    settings_name((enum setting_index)i), value, from);
	}
}

static void tell_conf(struct doctor *d)
{
	struct conf *c CLEANUP(conf_cleanup) = NULL;
	const char *key, *value, *from;
	ERR(err);

	if (conf_load(d->session->report, &c, &err)) {
		doctor_tell_err(d, VERDICT_BAD, &err);
		return;
	}
	for (size_t i = 0; conf_at(c, i, &key, &value, &from); i++)
		doctor_tell(d, VERDICT_GOOD, NULL, "%s = %s, from %s", key,
			    strcmp(key, "access-tokens") == 0 ? HIDDEN : value, from);
}

void doctor_settings(struct doctor *d)
{
	size_t before = d->n;

	tell_settings(d);
	tell_conf(d);
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		if (env_text(variables[i]))
			doctor_tell(d, VERDICT_GOOD, NULL, "%s = %s, from the environment",
				    variables[i], env_text(variables[i]));
	if (d->n == before)
		doctor_tell(d, VERDICT_GOOD, NULL, "nothing is configured: all is as it comes");
}
