/* SPDX-License-Identifier: MIT
 *
 * Who can build what: systems, system features, names of built-in builders. */
#include "plan/plan_int.h"

#include <unistd.h>

#include "base/environ.h"
#include "plan/build_attrs.h"

static bool builtin_known(const struct plan_options *o, struct str name)
{
	for (const char *const *b = o->builtins; b && *b; b++) {
		if (str_eqz(name, *b))
			return true;
	}
	return false;
}

static bool system_ok(const struct plan_options *o, struct str platform)
{
	const char *system = o->system ? o->system : native_system();

	for (const char *const *p = o->platforms; p && *p; p++) {
		if (str_eqz(platform, *p))
			return true;
	}
	return str_eqz(platform, system) || str_eq(platform, S("builtin")) ||
	       (str_eq(platform, S("i686-linux")) && !strcmp(native_system(), "x86_64-linux"));
}

static bool feature_ok(const struct plan_options *o, struct str feature)
{
	static const char *const usual[] = {"benchmark", "big-parallel", "kiln", "nixos-test",
					    "uid-range"};

	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		if (str_eqz(feature, usual[i]))
			return true;
	}
	for (const char *const *f = o->features; f && *f; f++) {
		if (str_eqz(feature, *f))
			return true;
	}
	return str_eq(feature, S("kvm")) && !access("/dev/kvm", R_OK | W_OK);
}

static errint check_features(const struct plan_options *o, const struct drv *d, struct err *err)
{
	struct words features;
	struct build_attrs t;
	ARENA(a);
	errint rc = build_attrs_init(&a, d, &t, err);

	if (!rc)
		rc = build_attrs_words(&t, "requiredSystemFeatures", &features, err);
	for (size_t i = 0; !rc && i < features.n; i++) {
		if (!feature_ok(o, features.v[i]))
			rc = err_set(err, ERR_UNSUPPORTED,
				     "it needs the system feature '%.*s', which this machine lacks",
				     STR_ARG(features.v[i]));
	}
	return rc;
}

static errint unknown_builtin(const struct plan_options *o, struct str name, struct err *err)
{
	errint rc =
		err_set(err, ERR_UNSUPPORTED, "builder '%.*s' is not known here", STR_ARG(name));
	for (const char *const *b = o->builtins; b && *b; b++) {
		if (str_distance(name, str_c(*b), 3) <= 3)
			err_hint(err, "there is '%s'", *b);
	}
	return rc;
}

errint check_system(const struct plan_options *o, const struct drv *d, struct err *err)
{
	if (!system_ok(o, d->platform)) {
		err_set(err, ERR_UNSUPPORTED,
			"a '%.*s' is required to build it, but this is a '%s'",
			STR_ARG(d->platform), o->system ? o->system : native_system());
		return err_hint(err, "the setting 'extra-platforms' names systems whose programs "
				     "run here through qemu-user");
	}
	if (goal_builder(d) == GOAL_BUILTIN && !builtin_known(o, d->builder))
		return unknown_builtin(o, d->builder, err);
	return check_features(o, d, err);
}
