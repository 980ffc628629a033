import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import { createElement, useState, type ReactNode, type SubmitEvent } from 'react';
import { createRoot } from 'react-dom/client';

/** Who asks; a real page has a session. */
const user = new URLSearchParams(location.search).get('user') ?? '';

const transport = new DefaultChatTransport({
  api: '/chat',
  headers: { authorization: `Bearer ${user}` },
  // What was said before is in the memory of the server.
  prepareSendMessagesRequest: ({ id, messages }) => ({ body: { thread: id, messages: messages.slice(-1) } }),
});

const textOf = ({ parts }: UIMessage): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

function Chat(): ReactNode {
  const [question, setQuestion] = useState('');
  const { messages, sendMessage, status, error } = useChat({ transport });
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    void sendMessage({ text: question });
    setQuestion('');
  };
  return createElement(
    'main',
    null,
    messages.map((message) =>
      createElement('p', { key: message.id, 'data-role': message.role }, textOf(message)),
    ),
    createElement('output', { 'data-status': status }, error?.message),
    createElement(
      'form',
      { onSubmit: send },
      createElement('input', {
        'aria-label': 'Question',
        value: question,
        onChange: (event: { readonly target: { readonly value: string } }) => setQuestion(event.target.value),
      }),
    ),
  );
}

const root = document.querySelector('#root');
if (root) createRoot(root).render(createElement(Chat));
