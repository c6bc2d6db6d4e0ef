import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeysPanel } from '@/pages/settings/KeysPanel';
import { PlanPanel } from '@/pages/settings/PlanPanel';
import { readTab } from '@/pages/settings/tab';
import { WebhooksPanel } from '@/pages/settings/WebhooksPanel';
import { PageTitle } from '@/ui/PageTitle';
import { Tabs } from '@/ui/Tabs';

const TABS = [
  { value: 'keys', label: 'API keys', content: <KeysPanel /> },
  { value: 'webhooks', label: 'Webhooks', content: <WebhooksPanel /> },
  { value: 'plan', label: 'Plan', content: <PlanPanel /> },
] as const;

/** The open tab stands in the address. */
export function SettingsPage() {
  const { tab = 'keys' } = useSearch({ from: '/members/settings' });
  const navigate = useNavigate({ from: '/settings' });
  return (
    <>
      <PageTitle title="Settings" lead="What your programs may do, and what they are told." />
      <Tabs
        label="Settings"
        tabs={TABS}
        value={tab}
        onChange={(next) => void navigate({ search: readTab({ tab: next }), replace: true })}
      />
    </>
  );
}
