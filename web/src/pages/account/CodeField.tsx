import type { UseFormRegisterReturn } from 'react-hook-form';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';

interface Props {
  field: UseFormRegisterReturn;
  error?: string | undefined;
}

export function CodeField({ field, error }: Props) {
  return (
    <Field label="Code" hint="The digits that were sent to this address." error={error}>
      {(control) => <Input {...control} {...field} inputMode="numeric" autoComplete="one-time-code" />}
    </Field>
  );
}
