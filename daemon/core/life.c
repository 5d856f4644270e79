#include "life.h"

#include "banned.h"

/* clang-format off */
#define MACHINE(noun, S, E) \
	const struct machine noun##_life = { #noun, S, E, noun##_states, noun##_events, &noun##_next[0][0] }

static const char *const message_states[MSG_STATES] = { "", "queued", "held", "sending", "unsure", "sent",
	"delivered", "failed", "superseded", "expired" };
static const char *const message_events[MSG_EVENTS] = { "claim", "hold", "release", "accepted", "rejected",
	"not_sent", "silence", "retry", "report_ok", "report_bad", "supersede", "expire" };
/* A report settles a message wherever it stands: the network knows better than we do; what was delivered stays so. */
static const unsigned char message_next[MSG_STATES][MSG_EVENTS] = {
	[MSG_QUEUED]  = { [MSG_EV_CLAIM] = MSG_SENDING, [MSG_EV_HOLD] = MSG_HELD, [MSG_EV_ACCEPTED] = MSG_SENT,
	                  [MSG_EV_REJECTED] = MSG_FAILED, [MSG_EV_REPORT_OK] = MSG_DELIVERED,
	                  [MSG_EV_SUPERSEDE] = MSG_SUPERSEDED, [MSG_EV_EXPIRE] = MSG_EXPIRED },
	[MSG_HELD]    = { [MSG_EV_HOLD] = MSG_HELD, [MSG_EV_RELEASE] = MSG_QUEUED, [MSG_EV_ACCEPTED] = MSG_SENT,
	                  [MSG_EV_REPORT_OK] = MSG_DELIVERED, [MSG_EV_SUPERSEDE] = MSG_SUPERSEDED, [MSG_EV_EXPIRE] = MSG_EXPIRED },
	[MSG_SENDING] = { [MSG_EV_ACCEPTED] = MSG_SENT, [MSG_EV_REJECTED] = MSG_FAILED, [MSG_EV_NOT_SENT] = MSG_QUEUED,
	                  [MSG_EV_SILENCE] = MSG_UNSURE, [MSG_EV_REPORT_OK] = MSG_DELIVERED, [MSG_EV_REPORT_BAD] = MSG_FAILED },
	[MSG_UNSURE]  = { [MSG_EV_ACCEPTED] = MSG_SENT, [MSG_EV_RETRY] = MSG_QUEUED, [MSG_EV_REPORT_OK] = MSG_DELIVERED,
	                  [MSG_EV_REPORT_BAD] = MSG_FAILED, [MSG_EV_SUPERSEDE] = MSG_SUPERSEDED, [MSG_EV_EXPIRE] = MSG_EXPIRED },
	[MSG_SENT]    = { [MSG_EV_SILENCE] = MSG_UNSURE, [MSG_EV_REPORT_OK] = MSG_DELIVERED, [MSG_EV_REPORT_BAD] = MSG_FAILED },
	[MSG_FAILED]  = { [MSG_EV_REPORT_OK] = MSG_DELIVERED },
	[MSG_EXPIRED] = { [MSG_EV_REPORT_OK] = MSG_DELIVERED, [MSG_EV_REPORT_BAD] = MSG_FAILED },
};
MACHINE(message, MSG_STATES, MSG_EVENTS);

static const char *const task_states[TASK_STATES] = { "", "offered", "accepted", "declined", "expired", "withdrawn",
	"reported", "confirmed" };
static const char *const task_events[TASK_EVENTS] = { "accept", "decline", "expire", "withdraw", "report", "confirm",
	"resume" };
static const unsigned char task_next[TASK_STATES][TASK_EVENTS] = {
	[TASK_OFFERED]   = { [TASK_EV_ACCEPT] = TASK_ACCEPTED, [TASK_EV_DECLINE] = TASK_DECLINED, [TASK_EV_EXPIRE] = TASK_EXPIRED,
	                     [TASK_EV_WITHDRAW] = TASK_WITHDRAWN, [TASK_EV_REPORT] = TASK_REPORTED },
	[TASK_ACCEPTED]  = { [TASK_EV_DECLINE] = TASK_DECLINED, [TASK_EV_EXPIRE] = TASK_EXPIRED,
	                     [TASK_EV_WITHDRAW] = TASK_WITHDRAWN, [TASK_EV_REPORT] = TASK_REPORTED },
	[TASK_DECLINED]  = { [TASK_EV_RESUME] = TASK_ACCEPTED },
	[TASK_REPORTED]  = { [TASK_EV_REPORT] = TASK_REPORTED, [TASK_EV_CONFIRM] = TASK_CONFIRMED, [TASK_EV_RESUME] = TASK_ACCEPTED },
	[TASK_CONFIRMED] = { [TASK_EV_RESUME] = TASK_ACCEPTED },
};
MACHINE(task, TASK_STATES, TASK_EVENTS);

static const char *const case_states[CASE_STATES] = { "", "open", "resolved", "closed" };
static const char *const case_events[CASE_EVENTS] = { "resolve", "close", "reopen" };
static const unsigned char case_next[CASE_STATES][CASE_EVENTS] = {
	[CASE_OPEN]     = { [CASE_EV_RESOLVE] = CASE_RESOLVED, [CASE_EV_CLOSE] = CASE_CLOSED },
	[CASE_RESOLVED] = { [CASE_EV_RESOLVE] = CASE_RESOLVED, [CASE_EV_CLOSE] = CASE_CLOSED, [CASE_EV_REOPEN] = CASE_OPEN },
	[CASE_CLOSED]   = { [CASE_EV_REOPEN] = CASE_OPEN },
};
MACHINE(case, CASE_STATES, CASE_EVENTS);

static const char *const followup_states[FU_STATES] = { "", "due", "asked", "done", "missed", "withdrawn" };
static const char *const followup_events[FU_EVENTS] = { "ask", "do", "miss", "withdraw" };
static const unsigned char followup_next[FU_STATES][FU_EVENTS] = {
	[FU_DUE]    = { [FU_EV_ASK] = FU_ASKED, [FU_EV_DO] = FU_DONE, [FU_EV_WITHDRAW] = FU_WITHDRAWN },
	[FU_ASKED]  = { [FU_EV_ASK] = FU_ASKED, [FU_EV_DO] = FU_DONE, [FU_EV_MISS] = FU_MISSED, [FU_EV_WITHDRAW] = FU_WITHDRAWN },
	[FU_MISSED] = { [FU_EV_DO] = FU_DONE, [FU_EV_WITHDRAW] = FU_WITHDRAWN },
};
MACHINE(followup, FU_STATES, FU_EVENTS);

static const char *const handover_states[HO_STATES] = { "", "open", "told", "acknowledged", "closed" };
static const char *const handover_events[HO_EVENTS] = { "tell", "ack", "close" };
static const unsigned char handover_next[HO_STATES][HO_EVENTS] = {
	[HO_OPEN]         = { [HO_EV_TELL] = HO_TOLD, [HO_EV_ACK] = HO_ACKNOWLEDGED, [HO_EV_CLOSE] = HO_CLOSED },
	[HO_TOLD]         = { [HO_EV_TELL] = HO_TOLD, [HO_EV_ACK] = HO_ACKNOWLEDGED, [HO_EV_CLOSE] = HO_CLOSED },
	[HO_ACKNOWLEDGED] = { [HO_EV_CLOSE] = HO_CLOSED },
};
MACHINE(handover, HO_STATES, HO_EVENTS);

static const char *const reward_states[RW_STATES] = { "", "proposed", "verified", "reviewed", "approved", "published",
	"paid", "rejected", "clawed_back" };
static const char *const reward_events[RW_EVENTS] = { "verify", "review", "approve", "publish", "pay", "reject", "claw_back" };
static const unsigned char reward_next[RW_STATES][RW_EVENTS] = {
	[RW_PROPOSED]  = { [RW_EV_VERIFY] = RW_VERIFIED, [RW_EV_REJECT] = RW_REJECTED },
	[RW_VERIFIED]  = { [RW_EV_REVIEW] = RW_REVIEWED, [RW_EV_REJECT] = RW_REJECTED },
	[RW_REVIEWED]  = { [RW_EV_APPROVE] = RW_APPROVED, [RW_EV_REJECT] = RW_REJECTED },
	[RW_APPROVED]  = { [RW_EV_PUBLISH] = RW_PUBLISHED, [RW_EV_REJECT] = RW_REJECTED },
	[RW_PUBLISHED] = { [RW_EV_PAY] = RW_PAID, [RW_EV_REJECT] = RW_REJECTED },
	[RW_PAID]      = { [RW_EV_CLAW_BACK] = RW_CLAWED_BACK },
};
MACHINE(reward, RW_STATES, RW_EVENTS);

static const char *const inbound_states[IN_STATES] = { "", "taken", "applied", "asked", "human", "ignored" };
static const char *const inbound_events[IN_EVENTS] = { "apply", "ask", "human", "ignore" };
static const unsigned char inbound_next[IN_STATES][IN_EVENTS] = {
	[IN_TAKEN] = { [IN_EV_APPLY] = IN_APPLIED, [IN_EV_ASK] = IN_ASKED, [IN_EV_HUMAN] = IN_HUMAN, [IN_EV_IGNORE] = IN_IGNORED },
	[IN_ASKED] = { [IN_EV_APPLY] = IN_APPLIED, [IN_EV_IGNORE] = IN_IGNORED },
	[IN_HUMAN] = { [IN_EV_APPLY] = IN_APPLIED, [IN_EV_IGNORE] = IN_IGNORED },
};
MACHINE(inbound, IN_STATES, IN_EVENTS);
/* clang-format on */
