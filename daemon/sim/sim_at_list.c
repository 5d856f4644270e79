/* sim_at_list.c - reading and deleting: CMGL, CMGR, CMGD, CNMA (27.005 3.4, 3.5.4, 4.1, 4.2). */
#include "sim_at.h"

#include <stdio.h>
#include <string.h>

#include "sim_inbox.h"
#include "sim_show.h"
#include "banned.h"

static struct sim_store *reading(struct sim_modem *m)
{
	return &m->stores[m->set.mem[0]];
}

static bool stat_of(const char *word, enum sim_stat *stat)
{
	for (int i = 0; i <= SIM_ALL; i++)
		if (strcasecmp(sim_show_stat((enum sim_stat)i), word) == 0) {
			*stat = (enum sim_stat)i;
			return true;
		}
	return false;
}

static void list_one(struct sim_modem *m, unsigned index, const struct sim_place *p)
{
	struct buf line;

	buf_init(&line, 8192);
	if (m->set.cmgf == 1)
		sim_show_listed(m, index, p, &line);
	else
		buf_addf(&line, "+CMGL: %u,%d,,%zu\r\n%s", index, (int)p->stat, p->pdu->tpdu_len,
			p->pdu->hex);
	sim_reply_text(m, buf_str(&line));
	buf_free(&line);
}

static int list(struct sim_modem *m, enum sim_stat stat)
{
	struct sim_store *s = reading(m);

	for (unsigned i = 0; i < s->room; i++) {
		struct sim_place *p = &s->places[i];

		if (p->pdu == NULL || (stat != SIM_ALL && p->stat != stat))
			continue;
		list_one(m, s->base + i, p);
		if (p->stat == SIM_UNREAD)
			p->stat = SIM_READ;
	}
	return SIM_OK;
}

static int cmgl_exec(struct sim_modem *m)
{
	return list(m, SIM_UNREAD);
}

static int cmgl_set(struct sim_modem *m, struct sim_args *a)
{
	enum sim_stat stat = SIM_UNREAD;
	char word[16] = "REC UNREAD";
	int n = SIM_UNREAD;

	if (m->set.cmgf == 1) {
		if (!sim_args_string(a, word, sizeof word) || !stat_of(word, &stat))
			return SIM_CMS_(302);
	} else {
		if (!sim_args_number(a, SIM_UNREAD, SIM_ALL, &n))
			return SIM_CMS_(302);
		stat = (enum sim_stat)n;
	}
	return list(m, stat);
}

static int cmgr_set(struct sim_modem *m, struct sim_args *a)
{
	struct sim_place *p;
	struct buf line;
	int index = -1;

	if (!sim_args_number(a, 0, 9999, &index) || index < 0)
		return SIM_CMS_(302);
	p = sim_store_at(reading(m), (unsigned)index);
	if (p == NULL || p->pdu == NULL)
		return SIM_CMS_(321);
	buf_init(&line, 8192);
	if (m->set.cmgf == 1)
		sim_show_read(m, p, &line);
	else
		buf_addf(
			&line, "+CMGR: %d,,%zu\r\n%s", (int)p->stat, p->pdu->tpdu_len, p->pdu->hex);
	sim_reply_text(m, buf_str(&line));
	buf_free(&line);
	if (p->stat == SIM_UNREAD)
		p->stat = SIM_READ;
	return SIM_OK;
}

/* What a flag of CMGD deletes (27.005 3.5.4): each is one more kind. */
static bool goes(enum sim_stat stat, int flag)
{
	switch (stat) {
	case SIM_READ:
		return flag >= 1;
	case SIM_SENT:
		return flag >= 2;
	case SIM_UNSENT:
		return flag >= 3;
	default:
		return flag >= 4;
	}
}

static int cmgd_set(struct sim_modem *m, struct sim_args *a)
{
	struct sim_store *s = reading(m);
	int index = -1, flag = 0;

	if (!sim_args_number(a, 0, 9999, &index) || !sim_args_number(a, 0, 4, &flag) ||
		!sim_args_end(a))
		return SIM_CMS_(302);
	if (flag == 0 && (index < 0 || sim_store_at(s, (unsigned)index) == NULL))
		return SIM_CMS_(321);
	if (flag == 0)
		sim_store_delete(s, (unsigned)index);
	for (unsigned i = 0; i < s->room; i++)
		if (s->places[i].pdu != NULL && goes(s->places[i].stat, flag))
			sim_store_delete(s, s->base + i);
	sim_net_poke(m->net, m->index); /* there may be room now */
	return SIM_OK;
}

/* The places that are taken, and the flags. */
static int cmgd_tell(struct sim_modem *m)
{
	const struct sim_store *s = reading(m);
	struct buf line;

	buf_init(&line, 8192);
	buf_adds(&line, "+CMGD: (");
	for (unsigned i = 0; i < s->room; i++)
		if (s->places[i].pdu != NULL)
			buf_addf(&line, "%s%u", line.data[line.len - 1] == '(' ? "" : ",",
				s->base + i);
	buf_adds(&line, "),(0-4)");
	sim_reply_text(m, buf_str(&line));
	buf_free(&line);
	return SIM_OK;
}

static int cnma_exec(struct sim_modem *m)
{
	return sim_inbox_acknowledge(m, true) ? SIM_OK : SIM_CMS_(340);
}

static int cnma_set(struct sim_modem *m, struct sim_args *a)
{
	int n = 0;

	if (m->set.cmgf == 1 || !sim_args_number(a, 0, 2, &n) || !sim_args_end(a))
		return SIM_CMS_(
			302); /* an acknowledgement with a PDU of its own is not supported */
	return sim_inbox_acknowledge(m, n != 2) ? SIM_OK : SIM_CMS_(340);
}

/* clang-format off */
const struct sim_command sim_commands_list[] = {
	{ "+CMGL", SIM_NEEDS_SMS, .exec = cmgl_exec, .set = cmgl_set, .test = "(0-4)" },
	{ "+CMGR", SIM_NEEDS_SMS, .set = cmgr_set, .test = "" },
	{ "+CMGD", SIM_NEEDS_SMS, .set = cmgd_set, .tell = cmgd_tell },
	{ "+CNMA", SIM_NEEDS_SMS, .exec = cnma_exec, .set = cnma_set, .test = "(0-2)" },
	{ .name = NULL },
};
/* clang-format on */
