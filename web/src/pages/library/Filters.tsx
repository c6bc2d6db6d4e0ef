import { useState } from 'react';
import type { Api } from '@/api/types';
import { oneOf } from '@/lib/search';
import { STATUS_WORDS } from '@/parts/status';
import { CATEGORIES, STATUSES, type Wanted } from '@/pages/library/wanted';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';
import { Select } from '@/ui/Select';
import styles from '@/pages/library/Filters.module.css';

const CATEGORY_WORDS: Record<Api<'Category'>, string> = {
  'ad-creative': 'Ad',
  'music-video': 'Music video',
  explainer: 'Explainer',
};

interface Props {
  wanted: Wanted;
  onChange: (wanted: Wanted) => void;
}

export function Filters({ wanted, onChange }: Props) {
  const [words, setWords] = useState(wanted.words ?? '');
  return (
    <search className={styles.filters}>
      <Field label="Search">
        {(control) => (
          <Input
            {...control}
            type="search"
            value={words}
            placeholder="Words of the prompt"
            onChange={(event) => {
              setWords(event.target.value);
              onChange({ ...wanted, words: event.target.value.trim() || undefined });
            }}
          />
        )}
      </Field>
      <Field label="Status">
        {(control) => (
          <Select
            {...control}
            value={wanted.status ?? ''}
            onChange={(event) => {
              onChange({ ...wanted, status: oneOf(event.target.value, STATUSES) });
            }}
          >
            <option value="">All</option>
            {STATUSES.map((value) => (
              <option key={value} value={value}>
                {STATUS_WORDS[value]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Category">
        {(control) => (
          <Select
            {...control}
            value={wanted.category ?? ''}
            onChange={(event) => {
              onChange({ ...wanted, category: oneOf(event.target.value, CATEGORIES) });
            }}
          >
            <option value="">All</option>
            {CATEGORIES.map((value) => (
              <option key={value} value={value}>
                {CATEGORY_WORDS[value]}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </search>
  );
}
