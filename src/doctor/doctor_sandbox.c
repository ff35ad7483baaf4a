/* SPDX-License-Identifier: MIT
 *
 * The sandbox that builds are made in, and its parts. */
#include "doctor/doctor_int.h"

#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "sandbox/probe.h"

#define APPARMOR_SWITCH  "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
#define APPARMOR_PROFILE "/etc/apparmor.d/kiln"

static void tell_setting(struct doctor *d)
{
	const char *from = d->session->settings->from[SETTING_INDEX_sandbox];

	switch (d->session->settings->sandbox) {
	case SANDBOX_ON:
		return;
	case SANDBOX_RELAXED:
		doctor_tell(d, VERDICT_NOTE, NULL,
			    "the setting sandbox is 'relaxed': derivations that ask for it are "
			    "built without one");
		return;
	case SANDBOX_OFF:
		doctor_tell(d, VERDICT_WARN,
			    "take it out, so that results do not depend on this machine",
			    "the setting sandbox is 'false', from %s",
			    from ? from : "the command line");
	}
}

static void tell_namespaces(struct doctor *d)
{
	struct namespace_probe v[SANDBOX_NAMESPACE_COUNT];
	BUF(works, LIMIT_ERR_TEXT);
	ERR(err);

	if (sandbox_probe(v, &err)) {
		doctor_tell_err(d, VERDICT_BAD, &err);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (v[i].error)
			doctor_tell(d, VERDICT_BAD, NULL,
				    "a namespace of kind '%s' cannot be made: %s", v[i].name,
				    strerror(v[i].error));
		else
			buf_printf(&works, "%s%s", works.n ? ", " : "", v[i].name);
	}
	if (works.n)
		doctor_tell(d, VERDICT_GOOD, NULL, "namespaces can be made: %s", buf_z(&works));
}

static void tell_apparmor(struct doctor *d)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(none);

	if (file_read(AT_FDCWD, APPARMOR_SWITCH, &text, &none)) {
		doctor_tell(d, VERDICT_GOOD, NULL,
			    "AppArmor does not restrict user namespaces here");
		return;
	}
	bool restricts = text.n && text.p[0] == '1';
	bool profile = access(APPARMOR_PROFILE, F_OK) == 0;
	if (restricts && geteuid() != 0)
		doctor_tell(d, profile ? VERDICT_GOOD : VERDICT_NOTE, NULL,
			    "AppArmor restricts user namespaces; kiln's profile '" APPARMOR_PROFILE
			    "' is %s",
			    profile ? "there" : "not there");
	else
		doctor_tell(d, VERDICT_GOOD, NULL, "AppArmor does not restrict %s",
			    restricts ? "root" : "user namespaces");
}

static void tell_whole(struct doctor *d)
{
	const char **cures;
	size_t n;
	ERR(err);

	if (!sandbox_try(temp_dir_root(), &err)) {
		doctor_tell(d, VERDICT_GOOD, NULL, "a sandbox was made, and ended");
		return;
	}
	sandbox_cures(d->a, &cures, &n);
	if (!err.hint)
		for (size_t i = 0; i < n; i++)
			err_hint(&err, "%s", cures[i]);
	doctor_tell_err(d, VERDICT_BAD, &err);
}

void doctor_sandbox(struct doctor *d)
{
	tell_setting(d);
	tell_namespaces(d);
	tell_apparmor(d);
	tell_whole(d);
}
