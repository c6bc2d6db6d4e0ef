import type { UseFormRegisterReturn } from 'react-hook-form';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';

interface Props {
  field: UseFormRegisterReturn;
  error?: string | undefined;
}

export function EmailField({ field, error }: Props) {
  return (
    <Field label="E-mail address" error={error}>
      {(control) => <Input {...control} {...field} type="email" autoComplete="email" inputMode="email" />}
    </Field>
  );
}
