import type { ReactNode } from 'react';
import type { useEstimate } from '@/api/queries/useEstimate';
import { budgetProblem } from '@/pages/create/draft';
import { PriceList } from '@/parts/PriceList';
import { Quota } from '@/parts/Quota';
import { upToCents } from '@/lib/words';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';
import { ProblemNotice } from '@/ui/ProblemNotice';
import { Skeleton } from '@/ui/Skeleton';
import styles from '@/pages/create/Create.module.css';

interface Props {
  estimate: ReturnType<typeof useEstimate>;
  budget: string;
  onBudget: (budget: string) => void;
  /** What went wrong with the order. */
  problem?: Error | null;
  children: ReactNode;
}

/** What it costs, what is left, what may be spent; and the buttons. */
export function Summary({ estimate, budget, onBudget, problem, children }: Props) {
  const { data, error, isFetching, isPlaceholderData } = estimate;
  return (
    <Card className={`${styles.card ?? ''} ${styles.summary ?? ''}`} aria-labelledby="price">
      <h2 id="price" className={styles.title}>
        What it costs
      </h2>
      {error ? <ProblemNotice error={error} /> : null}
      {error ? null : (
        <div className={styles.price}>
          {data ? <PriceList price={data.price} isOld={isPlaceholderData} /> : null}
          {!data && isFetching ? <Skeleton label="The price is being asked for" lines={3} /> : null}
        </div>
      )}
      <Field
        label="Budget"
        hint="In dollars; the video stops before it is passed."
        error={budgetProblem(budget, data?.price.total_usd)}
      >
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            placeholder={data ? upToCents(data.price.max_usd) : ''}
            value={budget}
            onChange={(event) => {
              onBudget(event.target.value);
            }}
          />
        )}
      </Field>
      <Quota />
      {problem ? <ProblemNotice error={problem} /> : null}
      {children}
    </Card>
  );
}
