CREATE TABLE "answers" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"path" text NOT NULL,
	"page" integer NOT NULL,
	"kind" text NOT NULL,
	"is_complete" boolean NOT NULL,
	"code" text,
	"message" text,
	"content" "bytea",
	"content_hash" text NOT NULL,
	"observed_at" timestamptz(3) NOT NULL,
	"scan_id" text NOT NULL,
	CONSTRAINT "answers_tenant_id_environment_path_page_pk" PRIMARY KEY("tenant_id","environment","path","page")
);
--> statement-breakpoint
CREATE TABLE "approval_revocations" (
	"tenant_id" text NOT NULL,
	"approval_id" text NOT NULL,
	"revoked_by" text NOT NULL,
	"reason" text NOT NULL,
	"revoked_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "approval_revocations_tenant_id_approval_id_pk" PRIMARY KEY("tenant_id","approval_id")
);
--> statement-breakpoint
CREATE TABLE "approvals" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"plan_id" text NOT NULL,
	"user_id" text NOT NULL,
	"decision" text NOT NULL,
	"auth_strength" text NOT NULL,
	"reason" text NOT NULL,
	"jws" text NOT NULL,
	"decided_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "approvals_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "audit_rows" (
	"tenant_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"body" text NOT NULL,
	"previous" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_rows_tenant_id_seq_pk" PRIMARY KEY("tenant_id","seq")
);
--> statement-breakpoint
CREATE TABLE "environment_accounts" (
	"tenant_id" text NOT NULL,
	"cloud" text NOT NULL,
	"account" text NOT NULL,
	"environment" text NOT NULL,
	CONSTRAINT "environment_accounts_tenant_id_cloud_account_pk" PRIMARY KEY("tenant_id","cloud","account")
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"is_enabled" boolean NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "environments_tenant_id_name_pk" PRIMARY KEY("tenant_id","name")
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"environment" text NOT NULL,
	"detection" text NOT NULL,
	"title" text NOT NULL,
	"severity" text NOT NULL,
	"rank" smallint NOT NULL,
	"likelihood" smallint NOT NULL,
	"impact" smallint NOT NULL,
	"certainty" text NOT NULL,
	"cloud" text NOT NULL,
	"account" text NOT NULL,
	"principal" text,
	"resource" text,
	"summary" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"paths" jsonb NOT NULL,
	"fixes" jsonb NOT NULL,
	"state" text NOT NULL,
	"state_reason" text,
	"muted_until" timestamptz(3),
	"is_stale" boolean DEFAULT false NOT NULL,
	"unknown_reason" text,
	"first_seen_at" timestamptz(3) NOT NULL,
	"last_seen_at" timestamptz(3) NOT NULL,
	"observed_at" timestamptz(3) NOT NULL,
	"reopened_count" integer DEFAULT 0 NOT NULL,
	"search_text" text NOT NULL,
	CONSTRAINT "findings_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"tenant_id" text NOT NULL,
	"id" bigserial NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"not_before" timestamptz(3) DEFAULT now() NOT NULL,
	"leased_until" timestamptz(3),
	"error" text,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "messages_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "nonce_uses" (
	"tenant_id" text NOT NULL,
	"nonce" text NOT NULL,
	"user_id" text NOT NULL,
	"purpose" text NOT NULL,
	"used_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "nonce_uses_tenant_id_nonce_user_id_pk" PRIMARY KEY("tenant_id","nonce","user_id")
);
--> statement-breakpoint
CREATE TABLE "nonces" (
	"tenant_id" text NOT NULL,
	"nonce" text NOT NULL,
	"plan_id" text NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "nonces_tenant_id_nonce_pk" PRIMARY KEY("tenant_id","nonce")
);
--> statement-breakpoint
CREATE TABLE "personal_tokens" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"user_id" text NOT NULL,
	"label" text NOT NULL,
	"token_hash" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"expires_at" timestamptz(3) NOT NULL,
	"revoked_at" timestamptz(3),
	"last_used_at" timestamptz(3),
	CONSTRAINT "personal_tokens_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "plan_steps" (
	"tenant_id" text NOT NULL,
	"plan_id" text NOT NULL,
	"direction" text NOT NULL,
	"step" integer NOT NULL,
	"state" text NOT NULL,
	"fencing" bigint NOT NULL,
	"before" jsonb,
	"intent_at" timestamptz(3) DEFAULT now() NOT NULL,
	"result_at" timestamptz(3),
	"detail" text,
	CONSTRAINT "plan_steps_tenant_id_plan_id_direction_step_pk" PRIMARY KEY("tenant_id","plan_id","direction","step")
);
--> statement-breakpoint
CREATE TABLE "plan_targets" (
	"tenant_id" text NOT NULL,
	"plan_id" text NOT NULL,
	"environment" text NOT NULL,
	"target" text NOT NULL,
	"is_live" boolean NOT NULL,
	CONSTRAINT "plan_targets_tenant_id_plan_id_target_pk" PRIMARY KEY("tenant_id","plan_id","target")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"digest" text NOT NULL,
	"canonical" text NOT NULL,
	"state" text NOT NULL,
	"state_reason" text,
	"environment" text NOT NULL,
	"cloud" text NOT NULL,
	"account" text NOT NULL,
	"title" text NOT NULL,
	"tier" text NOT NULL,
	"requester_user_id" text,
	"finding_id" text,
	"run_id" text,
	"created_at" timestamptz(3) NOT NULL,
	"not_after" timestamptz(3) NOT NULL,
	"rollback_not_after" timestamptz(3) NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	"undo_requested_by" text,
	"undo_reason" text,
	"undo_requested_at" timestamptz(3),
	CONSTRAINT "plans_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "run_steps" (
	"tenant_id" text NOT NULL,
	"run_id" text NOT NULL,
	"step" integer NOT NULL,
	"step_id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"detail" text,
	"started_at" timestamptz(3),
	"ended_at" timestamptz(3),
	CONSTRAINT "run_steps_tenant_id_run_id_step_pk" PRIMARY KEY("tenant_id","run_id","step")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"playbook_id" text NOT NULL,
	"digest" text NOT NULL,
	"playbook" jsonb NOT NULL,
	"finding_id" text NOT NULL,
	"environment" text NOT NULL,
	"requested_by" text,
	"state" text NOT NULL,
	"state_reason" text,
	"options" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"plan_id" text,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"ended_at" timestamptz(3),
	CONSTRAINT "runs_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "scan_accounts" (
	"tenant_id" text NOT NULL,
	"scan_id" text NOT NULL,
	"cloud" text NOT NULL,
	"account" text NOT NULL,
	"state" text NOT NULL,
	"answers_read" integer DEFAULT 0 NOT NULL,
	"answers_expected" integer,
	"reason" text,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "scan_accounts_tenant_id_scan_id_cloud_account_pk" PRIMARY KEY("tenant_id","scan_id","cloud","account")
);
--> statement-breakpoint
CREATE TABLE "scans" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"environment" text NOT NULL,
	"state" text NOT NULL,
	"requested_by" text,
	"started_at" timestamptz(3) DEFAULT now() NOT NULL,
	"finished_at" timestamptz(3),
	"reason" text,
	"is_cancel_requested" boolean DEFAULT false NOT NULL,
	"report" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "scans_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"tenant_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	"last_seen_at" timestamptz(3) DEFAULT now() NOT NULL,
	"expires_at" timestamptz(3) NOT NULL,
	CONSTRAINT "sessions_tenant_id_token_hash_pk" PRIMARY KEY("tenant_id","token_hash")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"tenant_id" text NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	CONSTRAINT "settings_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "sign_in_links" (
	"tenant_id" text NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamptz(3) NOT NULL,
	"used_at" timestamptz(3),
	CONSTRAINT "sign_in_links_tenant_id_token_hash_pk" PRIMARY KEY("tenant_id","token_hash")
);
--> statement-breakpoint
CREATE TABLE "slack_cards" (
	"tenant_id" text NOT NULL,
	"plan_id" text NOT NULL,
	"channel" text NOT NULL,
	"ts" text,
	"intended_at" timestamptz(3),
	"rendered_state" text,
	"nonce" text,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "slack_cards_tenant_id_plan_id_pk" PRIMARY KEY("tenant_id","plan_id")
);
--> statement-breakpoint
CREATE TABLE "slack_link_codes" (
	"tenant_id" text NOT NULL,
	"code_hash" text NOT NULL,
	"team_id" text NOT NULL,
	"team_name" text NOT NULL,
	"slack_user_id" text NOT NULL,
	"slack_name" text NOT NULL,
	"session_hash" text,
	"expires_at" timestamptz(3) NOT NULL,
	"used_at" timestamptz(3),
	CONSTRAINT "slack_link_codes_tenant_id_code_hash_pk" PRIMARY KEY("tenant_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "slack_links" (
	"tenant_id" text NOT NULL,
	"team_id" text NOT NULL,
	"slack_user_id" text NOT NULL,
	"slack_name" text NOT NULL,
	"user_id" text NOT NULL,
	"linked_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "slack_links_tenant_id_team_id_slack_user_id_pk" PRIMARY KEY("tenant_id","team_id","slack_user_id")
);
--> statement-breakpoint
CREATE TABLE "spends" (
	"tenant_id" text NOT NULL,
	"plan_id" text NOT NULL,
	"direction" text NOT NULL,
	"execution_id" text NOT NULL,
	"spent_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "spends_tenant_id_plan_id_direction_pk" PRIMARY KEY("tenant_id","plan_id","direction")
);
--> statement-breakpoint
CREATE TABLE "switches" (
	"tenant_id" text NOT NULL,
	"is_kill_switch_on" boolean NOT NULL,
	"set_by" text NOT NULL,
	"reason" text NOT NULL,
	"set_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "switches_tenant_id_pk" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
CREATE TABLE "target_locks" (
	"tenant_id" text NOT NULL,
	"environment" text NOT NULL,
	"target" text NOT NULL,
	"fencing" bigint NOT NULL,
	"holder" text,
	"held_until" timestamptz(3) NOT NULL,
	CONSTRAINT "target_locks_tenant_id_environment_target_pk" PRIMARY KEY("tenant_id","environment","target")
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"tenant_id" text NOT NULL,
	"finding_id" text NOT NULL,
	"system" text NOT NULL,
	"issue_id" text,
	"issue_key" text,
	"url" text,
	"state" text NOT NULL,
	"reason" text,
	"intended_at" timestamptz(3),
	"status" text,
	"status_category" text,
	"assignee" text,
	"comments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"sent" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"remote_updated_at" text,
	"closed_episode" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "tickets_tenant_id_finding_id_system_pk" PRIMARY KEY("tenant_id","finding_id","system")
);
--> statement-breakpoint
CREATE TABLE "timeline" (
	"tenant_id" text NOT NULL,
	"id" bigserial NOT NULL,
	"subject" text NOT NULL,
	"at" timestamptz(3) DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"actor" text,
	"summary" text NOT NULL,
	CONSTRAINT "timeline_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"subject" text NOT NULL,
	"identities" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "users_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "writes" (
	"tenant_id" text NOT NULL,
	"plan_id" text NOT NULL,
	"direction" text NOT NULL,
	"step" integer NOT NULL,
	"account" text NOT NULL,
	"target" text NOT NULL,
	"is_counted" boolean NOT NULL,
	"written_at" timestamptz(3) DEFAULT now() NOT NULL,
	CONSTRAINT "writes_tenant_id_plan_id_direction_step_pk" PRIMARY KEY("tenant_id","plan_id","direction","step")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "approvals_tenant_id_plan_id_user_id_index" ON "approvals" USING btree ("tenant_id","plan_id","user_id");--> statement-breakpoint
CREATE INDEX "findings_tenant_id_state_rank_id_index" ON "findings" USING btree ("tenant_id","state","rank","id");--> statement-breakpoint
CREATE INDEX "findings_tenant_id_environment_index" ON "findings" USING btree ("tenant_id","environment");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_tenant_id_key_index" ON "messages" USING btree ("tenant_id","key");--> statement-breakpoint
CREATE INDEX "messages_tenant_id_state_not_before_index" ON "messages" USING btree ("tenant_id","state","not_before");--> statement-breakpoint
CREATE UNIQUE INDEX "personal_tokens_tenant_id_token_hash_index" ON "personal_tokens" USING btree ("tenant_id","token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "one_live_plan_per_target" ON "plan_targets" USING btree ("tenant_id","environment","target") WHERE is_live;--> statement-breakpoint
CREATE UNIQUE INDEX "plans_tenant_id_digest_index" ON "plans" USING btree ("tenant_id","digest");--> statement-breakpoint
CREATE INDEX "plans_tenant_id_state_id_index" ON "plans" USING btree ("tenant_id","state","id");--> statement-breakpoint
CREATE INDEX "plans_tenant_id_finding_id_index" ON "plans" USING btree ("tenant_id","finding_id");--> statement-breakpoint
CREATE INDEX "runs_tenant_id_finding_id_index" ON "runs" USING btree ("tenant_id","finding_id");--> statement-breakpoint
CREATE INDEX "runs_tenant_id_state_id_index" ON "runs" USING btree ("tenant_id","state","id");--> statement-breakpoint
CREATE INDEX "scans_tenant_id_environment_id_index" ON "scans" USING btree ("tenant_id","environment","id");--> statement-breakpoint
CREATE INDEX "tickets_tenant_id_issue_key_index" ON "tickets" USING btree ("tenant_id","issue_key");--> statement-breakpoint
CREATE INDEX "timeline_tenant_id_subject_id_index" ON "timeline" USING btree ("tenant_id","subject","id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_tenant_id_name_index" ON "users" USING btree ("tenant_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "users_tenant_id_subject_index" ON "users" USING btree ("tenant_id","subject");--> statement-breakpoint
CREATE INDEX "writes_tenant_id_account_written_at_index" ON "writes" USING btree ("tenant_id","account","written_at");