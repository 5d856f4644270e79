#include <string.h>

#include "area.h"
#include "duty.h"
#include "mask.h"
#include "member.h"
#include "people_room.h"
#include "phone.h"
#include "resident.h"

#include "banned.h"

static bool refuse(struct people_row *out, const struct cell_fault *why, const char *column,
	const char *masked)
{
	fault_set(&out->fault, why->code, why->why, why->mend);
	fault_at(&out->fault, 0, column, masked);
	return false;
}

/* -- residents -------------------------------------------------------------------------------- */

static const char *first_of(const char *a, const char *b)
{
	return a[0] != '\0' ? a : b;
}

/* Job and employer have no column of their own: they stand in the remark. */
static const char *remark_of(struct store *s, const struct resident_record *r)
{
	const char *gap = r->remark[0] == '\0' ? "" : "；";

	if (r->employer[0] == '\0' && r->occupation[0] == '\0')
		return r->remark;
	if (r->occupation[0] == '\0')
		return arena_print(&s->arena, "%s%s工作单位：%s", r->remark, gap, r->employer);
	if (r->employer[0] == '\0')
		return arena_print(&s->arena, "%s%s职业：%s", r->remark, gap, r->occupation);
	return arena_print(&s->arena, "%s%s工作单位：%s；职业：%s", r->remark, gap, r->employer,
		r->occupation);
}

static bool apply_resident(struct people_work *w, const struct people_record *record,
	struct people_row *out, struct change *c)
{
	static const struct cell_fault crowded = { "too_many_phones", "这个人的号码超过12个",
		"请在居民页面删去不用的号码后再导入。" };
	const struct resident_record *r = &record->of.resident;
	const char *address = first_of(r->addr_live, r->addr_reg);
	struct resident to = { .name = r->name,
		.id_no = r->id_no,
		.birth = r->birth,
		.sex = r->sex,
		.address = address,
		.tags = r->tags,
		.risk = r->risk,
		.remark = remark_of(w->s, r) };
	struct people_where where = {
		.code = r->area_code, .grid = r->grid, .village = r->village, .address = address
	};

	to.area = people_place(w->s, &w->places, &where, &out->note);
	for (int i = 0; i < r->phone_count; i++)
		to.phone[to.phone_count++] = (struct resident_phone){ .kind = r->phone[i].kind,
			.phone = r->phone[i].phone,
			.name = r->phone[i].name,
			.relation = r->phone[i].relation };
	out->id = resident_save(w->s, &to, SAVE_FILL, c);
	if ((c->fields & RESIDENT_CROWDED) != 0)
		return refuse(out, &crowded, "手机号", "");
	return true;
}

/* -- areas and teams ----------------------------------------------------------------------------- */

/* It may stand in a row before this one. */
static const char *parent_of(struct people_work *w, const char *text)
{
	const char *code = people_place_exact(w->s, &w->places, text);

	if (code[0] != '\0')
		return code;
	people_places_load(w->s, w->how->centre, &w->places);
	return people_place_exact(w->s, &w->places, text);
}

static bool apply_area(struct people_work *w, const struct people_record *record,
	struct people_row *out, struct change *c)
{
	static const struct cell_fault no_parent = { "unknown_area", "上级区域不在名单里",
		"请先导入上级区域，或填写它的12位区划代码。" };
	const struct area_record *r = &record->of.area;
	struct area a = { .code = r->code, .name = r->name, .aliases = r->aliases }, was;
	bool known = area_get(w->s, r->code, &was);

	if (r->parent[0] != '\0' && (a.parent = parent_of(w, r->parent))[0] == '\0')
		return refuse(out, &no_parent, "上级", r->parent);
	if (!known && r->parent[0] == '\0')
		a.parent = area_above(w->s, r->code);
	if (!known || r->type[0] != '\0')
		a.kind = people_area_kind(r->type, r->code, r->name);
	a.population = r->population < 0 ? 0 : r->population;
	area_save(w->s, &a, SAVE_FILL, c);
	change_event(w->s, w->how->actor, "area", 0, c, json_pack("{s:s}", "code", r->code));
	return true;
}

static void save_leader(
	struct people_work *w, int64_t team_id, const struct team_record *r, const char *area)
{
	struct member m = { .team_id = team_id,
		.name = r->leader,
		.phone = r->leader_phone,
		.post = "leader",
		.post_raw = "队长",
		.area = area };
	struct change c;
	int64_t id;

	if (r->leader[0] == '\0' || !phone_sms_ok(r->leader_phone))
		return;
	id = member_save(w->s, &m, SAVE_FILL, &c);
	change_event(w->s, w->how->actor, "member", id, &c, NULL);
}

static bool apply_team(struct people_work *w, const struct people_record *record,
	struct people_row *out, struct change *c)
{
	const struct team_record *r = &record->of.team;
	struct people_where where = {
		.code = r->area_code, .grid = r->grid, .village = r->village
	};
	struct team team = { .name = r->name }, was;
	bool placed = r->area_code[0] != '\0' || r->village[0] != '\0' || r->grid[0] != '\0';

	if (!placed)
		where.address = r->name;
	if (placed || !team_by_name(w->s, r->name, &was))
		team.area = people_place(w->s, &w->places, &where, &out->note);
	team.kind = people_team_kind_of(r->type);
	if (team.kind[0] == '\0' && !team_by_name(w->s, r->name, &was))
		team.kind = people_team_kind(w, r->name, team.area);
	out->id = team_save(w->s, &team, SAVE_FILL, c);
	change_event(w->s, w->how->actor, "team", out->id, c, NULL);
	save_leader(w, out->id, r, team.area);
	return true;
}

/* -- members ---------------------------------------------------------------------------------------- */

static bool number_in_slice(const struct people_work *w, const char *team, const char *phone)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->rows[i].of.member.phone, phone) == 0 &&
			strcmp(w->rows[i].of.member.team, team) == 0)
			return true;
	return false;
}

static bool has_number(struct store *s, int64_t team_id, const char *phone)
{
	size_t n;
	const struct member *m = member_of_phone(s, phone, &n);

	for (size_t i = 0; i < n; i++)
		if (m[i].team_id == team_id)
			return true;
	return false;
}

/*
 * Who changed his number must not stay on the list twice: tasks would go to the dead one. But
 * of two people of one name neither may take the other's place, so the whole file has to be
 * at hand, the name be there once, and its old number be nowhere in the file.
 */
static int64_t id_of_changed_number(
	struct people_work *w, int64_t team_id, const struct member_record *r)
{
	struct member old;
	int64_t ids[2];

	if (!w->how->whole || has_number(w->s, team_id, r->phone) ||
		member_by_name(w->s, team_id, r->name, ids, 2) != 1 ||
		!member_get(w->s, ids[0], &old) || number_in_slice(w, r->team, old.phone))
		return 0;
	return old.id;
}

static bool apply_member(struct people_work *w, const struct people_record *record,
	struct people_row *out, struct change *c)
{
	const struct member_record *r = &record->of.member;
	const struct cell_fault *why;
	struct people_where where = {
		.code = r->area_code, .grid = r->grid, .village = r->village
	};
	struct member m = { .team_id = people_team(w, r, &why),
		.name = r->name,
		.phone = r->phone,
		.post_raw = r->post,
		.post = r->post[0] == '\0' ? "" : member_post_of(r->post),
		.pledged_on = r->secrecy_date,
		.trained_on = r->training_date,
		.load_cap = r->load_cap < 0 ? 0 : r->load_cap };
	struct team team;

	if (m.team_id == 0)
		return refuse(out, why, "队伍", "");
	if (r->area_code[0] != '\0' || r->village[0] != '\0' || r->grid[0] != '\0')
		m.area = people_place(w->s, &w->places, &where, &out->note);
	else if (!has_number(w->s, m.team_id, r->phone) && team_get(w->s, m.team_id, &team))
		m.area = team.area;
	m.id = id_of_changed_number(w, m.team_id, r);
	if (m.id != 0)
		out->note = "phone_changed";
	out->id = member_save(w->s, &m, SAVE_FILL, c);
	change_event(w->s, w->how->actor, "member", out->id, c, NULL);
	return true;
}

/* -- shifts -------------------------------------------------------------------------------------------- */

static bool fits_duty(struct store *s, const struct member *m, const struct duty_record *r)
{
	struct team team;

	if (strcmp(m->state, "left") == 0 || (r->name[0] != '\0' && strcmp(m->name, r->name) != 0))
		return false;
	return r->team[0] == '\0' ||
	       (team_get(s, m->team_id, &team) && strcmp(team.name, r->team) == 0);
}

static bool member_of_number(struct store *s, const struct duty_record *r, struct member *out)
{
	size_t n, fit = 0;
	const struct member *m = member_of_phone(s, r->phone, &n);

	for (size_t i = 0; i < n; i++)
		if (fits_duty(s, &m[i], r) && fit++ == 0)
			*out = m[i];
	return fit == 1;
}

static bool member_of_name(struct store *s, const struct duty_record *r, struct member *out)
{
	struct team team;
	int64_t ids[2];

	return team_by_name(s, r->team, &team) &&
	       member_by_name(s, team.id, r->name, ids, 2) == 1 && member_get(s, ids[0], out);
}

/* By the id that a list showed, else by number, else by name; within the team that is named. */
static bool find_member(struct store *s, const struct duty_record *r, struct member *out)
{
	if (r->member_id != 0)
		return member_get(s, r->member_id, out) && fits_duty(s, out, r);
	return r->phone[0] != '\0' ? member_of_number(s, r, out) : member_of_name(s, r, out);
}

static bool apply_duty(struct people_work *w, const struct people_record *record,
	struct people_row *out, struct change *c)
{
	static const struct cell_fault no_member = { "no_member",
		"队员名单里找不到这一位，或有同名的",
		"请核对队伍、姓名和手机号，或先导入队员名单。" };
	const struct duty_record *r = &record->of.duty;
	struct member m;
	struct duty d;
	char masked[MASK_MAX];
	bool found = find_member(w->s, r, &m);

	if (!found && r->member_id != 0)
		return refuse(out, &no_member, "队员", "");
	if (!found && r->phone[0] != '\0')
		return refuse(
			out, &no_member, "手机号", mask_phone(r->phone, masked, sizeof masked));
	if (!found)
		return refuse(out, &no_member, "姓名", mask_name(r->name, masked, sizeof masked));
	d = (struct duty){ .team_id = m.team_id,
		.shift = { .member_id = m.id,
			.weekdays = r->date[0] == '\0' ? r->weekdays : 0,
			.from_min = r->from_min,
			.to_min = r->to_min,
			.off = r->off } };
	memcpy(d.shift.day, r->date, strnlen(r->date, sizeof d.shift.day - 1));
	out->id = duty_save(w->s, &d, c);
	change_event(w->s, w->how->actor, "duty", out->id, c,
		json_pack("{s:I, s:I}", "team", (json_int_t)m.team_id, "member", (json_int_t)m.id));
	return true;
}

/* -- one record --------------------------------------------------------------------------------------- */

bool people_apply(struct people_work *w, const struct people_record *r, struct people_row *out,
	struct change *c)
{
	static bool (*const apply[HEADER_KINDS])(struct people_work *, const struct people_record *,
		struct people_row *, struct change *) = {
		[HEADER_RESIDENT] = apply_resident,
		[HEADER_MEMBER] = apply_member,
		[HEADER_AREA] = apply_area,
		[HEADER_TEAM] = apply_team,
		[HEADER_DUTY] = apply_duty,
	};

	return apply[w->how->kind](w, r, out, c);
}
