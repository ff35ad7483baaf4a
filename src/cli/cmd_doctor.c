/* SPDX-License-Identifier: MIT
 *
 * kiln doctor: what is in the way, a line each, with its cure. */
#include "cli/command.h"
#include "doctor/doctor.h"

enum { DOCTOR_BAD = 1 };

struct doctor_command {
	struct option_list parts;
	bool json, offline;
};

static const struct option rows[] = {
	OPT_FLAG(struct doctor_command, json, "--json", "print JSON"),
	OPT_FLAG(struct doctor_command, offline, "--offline", "ask no mirror whether it answers"),
	OPERANDS(struct doctor_command, parts, "PART"),
	OPT_END,
};

/* A mirror that does not answer takes its time: what is known before is told before. */
static void print(void *ctx, const struct finding *f)
{
	struct str cures = str_c(f->cure ? f->cure : ""), cure;

	out_printf("%-4s %-8s %s\n", verdict_name(f->verdict), f->part, f->text);
	while (cures.n && str_split(&cures, '\n', &cure))
		out_printf("              hint: %.*s\n", STR_ARG(cure));
	out_now();
}

static void print_json(const struct doctor *d)
{
	out_printf("{\"verdict\": \"%s\", \"findings\": [", verdict_name(doctor_verdict(d)));
	for (size_t i = 0; i < d->n; i++) {
		const struct finding *f = &d->v[i];

		out_printf("%s\n {\"part\": \"%s\", \"verdict\": \"%s\", \"text\": ", i ? "," : "",
			   f->part, verdict_name(f->verdict));
		out_json(str_c(f->text));
		out_str(S(", \"cure\": "));
		if (f->cure)
			out_json(str_c(f->cure));
		else
			out_str(S("null"));
		out_str(S("}"));
	}
	out_str(S("\n]}\n"));
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct doctor_command *c = ctx;
	struct doctor d CLEANUP(doctor_release) = {
		.a = &cli->a,
		.offline = c->offline,
		.found = c->json ? NULL : print,
	};
	errint rc = cli_session(cli, &d.session, err);

	if (!rc)
		rc = doctor_look(&d, c->parts.v, c->parts.n, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(&d);
	cli->status = doctor_verdict(&d) == VERDICT_BAD ? DOCTOR_BAD : 0;
	return 0;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "tell what of this machine is in the way, and the cure",
	.topic = TOPIC_LOOK,
	.rows = rows,
	.size = sizeof(struct doctor_command),
	.run = run,
};
