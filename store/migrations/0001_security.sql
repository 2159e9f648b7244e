-- Row-level security and least grants. The roles exist already (store/migrate.ts makes them with their passwords); none of them owns a table.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY one_tenant ON %I USING (tenant_id = current_setting(''whittle.tenant'', true)) WITH CHECK (tenant_id = current_setting(''whittle.tenant'', true))', name);
    EXECUTE format('GRANT SELECT ON %I TO whittle_server, whittle_scanner, whittle_executor', name);
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE SELECT ON sign_in_links, sessions, personal_tokens, slack_link_codes FROM whittle_scanner, whittle_executor;
--> statement-breakpoint
REVOKE SELECT ON answers, messages, tickets, slack_cards, slack_links FROM whittle_executor;
--> statement-breakpoint
GRANT INSERT ON audit_rows, timeline, messages TO whittle_server, whittle_scanner, whittle_executor;
--> statement-breakpoint
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO whittle_server, whittle_scanner, whittle_executor;
--> statement-breakpoint
-- server: people, decisions and requests; nothing that a cloud answered, nothing that was executed
GRANT INSERT, UPDATE, DELETE ON users, sign_in_links, sessions, personal_tokens, environments, environment_accounts, slack_links, slack_link_codes TO whittle_server;
--> statement-breakpoint
GRANT INSERT ON approvals, approval_revocations, nonces, nonce_uses, runs, run_steps, scans, plans, plan_targets TO whittle_server;
--> statement-breakpoint
GRANT INSERT, UPDATE ON switches, settings TO whittle_server;
--> statement-breakpoint
GRANT UPDATE ON runs, run_steps, scans, findings, plans, plan_targets, messages, tickets, slack_cards TO whittle_server;
--> statement-breakpoint
-- scanner: what was collected, findings, proposals, runs and messages; no approval
GRANT INSERT, UPDATE, DELETE ON environments, environment_accounts, scans, scan_accounts, answers, findings, runs, run_steps, messages, tickets, slack_cards, settings TO whittle_scanner;
--> statement-breakpoint
GRANT INSERT, UPDATE ON plans, plan_targets, nonces TO whittle_scanner;
--> statement-breakpoint
-- executor: the steps, locks and spends of plans; no approval, no user, no finding
GRANT INSERT, UPDATE ON plan_steps, target_locks, writes TO whittle_executor;
--> statement-breakpoint
GRANT INSERT ON spends TO whittle_executor;
--> statement-breakpoint
GRANT UPDATE ON plans, plan_targets TO whittle_executor;
--> statement-breakpoint
-- what was approved never changes: a plan's text and digest may be inserted, not updated
CREATE FUNCTION plan_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.canonical IS DISTINCT FROM OLD.canonical OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.id IS DISTINCT FROM OLD.id OR NEW.tenant_id IS DISTINCT FROM OLD.tenant_id THEN
    RAISE EXCEPTION 'a plan is immutable';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER plan_is_immutable BEFORE UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION plan_is_immutable();
--> statement-breakpoint
-- a plan that ends without effect gives its finding back to the open ones
GRANT UPDATE (state) ON findings TO whittle_executor;
