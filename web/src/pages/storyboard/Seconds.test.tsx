import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { Seconds } from '@/pages/storyboard/Seconds';

function Scene() {
  const [seconds, setSeconds] = useState(5);
  return (
    <>
      <Seconds seconds={seconds} longestS={12} onChange={setSeconds} />
      <output>{seconds}</output>
    </>
  );
}

test('what begins with too little is typed to its end', async () => {
  render(<Scene />);
  const field = screen.getByRole('spinbutton', { name: 'Seconds' });
  await userEvent.clear(field);
  await userEvent.type(field, '10');
  expect(field).toHaveProperty('value', '10');
  expect(screen.getByRole('status').textContent).toBe('10');
});

test('what is too much is said, and the scene keeps the length it has', async () => {
  render(<Scene />);
  const field = screen.getByRole('spinbutton', { name: 'Seconds' });
  await userEvent.clear(field);
  await userEvent.type(field, '99');
  expect(screen.getByRole('alert').textContent).toBe('From 1.5 to 12 seconds.');
  await userEvent.tab();
  expect(screen.queryByRole('alert')).toBeNull();
  expect(field).toHaveProperty('value', '9');
});
