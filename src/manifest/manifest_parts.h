/* SPDX-License-Identifier: MIT
 *
 * What a manifest is made of. `at` of a value is where it stands, NULL when it is not set; numbers
 * and flags are 0 and false then, texts empty. Strings are the arena's of the parse. */
#pragma once

#include "base/str.h"

struct manifest;
struct toml;

struct manifest_text {
	struct str text;
	const struct toml *at;
};

struct manifest_texts {
	struct manifest_text *v;
	size_t n;
	const struct toml *at; /* the list itself: an empty one differs from none */
};

struct manifest_number {
	int64_t value;
	const struct toml *at;
};

struct manifest_flag {
	bool on;
	const struct toml *at;
};

struct manifest_var {
	struct str name, value; /* not expanded */
	const struct toml *at;
};

/* In the file's order. */
struct manifest_vars {
	struct manifest_var *v;
	size_t n;
	const struct toml *at;
};

/* ---- [install] ---- */

enum manifest_package_kind {
	MANIFEST_CATALOG,    /* pkg-path: a name of the set, or "CATALOG/NAME" */
	MANIFEST_FLAKE,      /* flake */
	MANIFEST_STORE_PATH, /* store-path */
};

enum { MANIFEST_DEFAULT_PRIORITY = 5 };
#define MANIFEST_DEFAULT_GROUP "toplevel"

struct manifest_package {
	struct str id; /* the install id */
	enum manifest_package_kind kind;
	struct manifest_text what; /* of pkg-path (an array is joined by '.'), flake, store-path */
	struct manifest_text version, group;
	struct manifest_number priority; /* value is MANIFEST_DEFAULT_PRIORITY when it is not set */
	struct manifest_texts systems;
	struct manifest_texts outputs; /* names; at is set for "all", too */
	bool all_outputs;              /* also when a manifest of version = 1 says nothing */
	const struct toml *at;
};

/* [pkg-groups.NAME] */
struct manifest_group {
	struct str name;
	struct manifest_text stability;
	const struct toml *at;
};

/* ---- [hook], [profile] ---- */

struct manifest_hook {
	struct manifest_text on_activate, on_deactivate;
	const struct toml *at;
};

/* X(NAME, key) ORDER manifest_shell */
#define MANIFEST_SHELLS(X) \
	X(COMMON, "common") X(BASH, "bash") X(ZSH, "zsh") X(FISH, "fish") X(TCSH, "tcsh")

enum manifest_shell {
#define X(id, key) MANIFEST_##id,
	MANIFEST_SHELLS(X)
#undef X
		MANIFEST_SHELL_COUNT
};

struct manifest_profile {
	struct manifest_text activate[MANIFEST_SHELL_COUNT], deactivate[MANIFEST_SHELL_COUNT];
	const struct toml *at, *deactivate_at;
};

/* ---- [services] ---- */

/* What a service waits for of another. */
enum manifest_condition {
	MANIFEST_STARTED,   /* process_started */
	MANIFEST_COMPLETED, /* process_completed: ended, in whatever way */
	MANIFEST_SUCCEEDED, /* process_completed_successfully */
};

struct manifest_dependency {
	struct str service;
	enum manifest_condition condition;
	const struct toml *at;
};

/* [kiln.services.NAME] restart: "no", "on-failure", "always". */
enum manifest_restart { MANIFEST_RESTART_NO, MANIFEST_RESTART_ON_FAILURE, MANIFEST_RESTART_ALWAYS };

struct manifest_service {
	struct str name;
	struct manifest_text command; /* always there */
	struct manifest_vars vars;
	struct manifest_flag is_daemon; /* then shutdown_command is there */
	struct manifest_text shutdown_command;
	struct manifest_number shutdown_signal;  /* 1 to 31 */
	struct manifest_number shutdown_timeout; /* seconds, from 1 on */
	const struct toml *shutdown_at;
	struct manifest_dependency *depends;
	size_t n_depends;
	const struct toml *depends_at;
	struct manifest_texts systems;
	const struct toml *systemd;         /* a table, as written */
	const struct manifest_watch *watch; /* NULL: [kiln.services] says nothing of it */
	const struct toml *at;
};

/* [kiln.services.NAME] */
struct manifest_watch {
	struct str service;
	struct manifest_text ready; /* http://… or https://… that answers when it is */
	struct manifest_number ready_timeout; /* ready-timeout-seconds, 1 to 86400 */
	enum manifest_restart restart;        /* "no" (also when it is not set), … */
	const struct toml *restart_at;
	const struct toml *at;
};

/* ---- [build] ---- */

enum manifest_sandbox {
	MANIFEST_SANDBOX_OFF,
	MANIFEST_SANDBOX_WARN,
	MANIFEST_SANDBOX_ENFORCE,
	MANIFEST_SANDBOX_PURE,
};

struct manifest_build {
	struct str name;
	struct manifest_text command; /* always there */
	struct manifest_texts runtime_packages, sandbox_allow, license;
	enum manifest_sandbox sandbox; /* OFF when sandbox_at is NULL */
	const struct toml *sandbox_at;
	struct manifest_text version, version_file, version_command; /* at most one is there */
	struct manifest_text description;
	const struct toml *at;
};

/* ---- [include] ---- */

struct manifest_include {
	struct manifest_text dir, remote, name; /* dir or remote (also: reference) is there */
	struct manifest_number generation;
	struct manifest_flag auto_upgrade;
	const struct toml *at;
	/* Of a dir, since manifest_compose(): what was found there, and its name. */
	const struct manifest *manifest;
	struct str found_name;
};

/* ---- [options] ---- */

struct manifest_options {
	struct manifest_texts systems;
	struct manifest_flag allow_unfree, allow_broken, allow_pre_releases, cuda_detection;
	struct manifest_texts allow_licenses;
	struct manifest_text activate_mode; /* "dev" or "run" */
	struct manifest_flag upgrade_notifications;
	struct manifest_text stability;
	const struct toml *at;
};

/* ---- [containerize.config] ---- */

struct manifest_container {
	struct manifest_text user, working_dir, stop_signal;
	struct manifest_texts exposed_ports, cmd, volumes;
	struct manifest_vars labels;
	const struct toml *at, *config_at;
};
